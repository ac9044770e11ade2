import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CSV_MAX_ROWS, readWarrantyCsv } from "./warranty-csv";

const HEADER = "model,serial,start,end";
const problemsOf = (text: string) => {
  const list = readWarrantyCsv(text);
  return "problems" in list ? list.problems : [];
};

describe("a list of devices", () => {
  test("is read with its columns in any order, quoted, with semicolons, a byte order mark and Windows line ends", () => {
    const filer = { model: 'Filer "X", 9000', serial: "AB-1234", startsOn: "2027-01-01", endsOn: "2029-12-31" };
    expect(readWarrantyCsv(`${HEADER}\n"Filer ""X"", 9000",ab-1234,2027-01-01,2029-12-31\n`)).toEqual({ records: [filer] });
    expect(readWarrantyCsv(`\uFEFFEnd;Serial;Start;Model;Note\r\n2029-12-31; ab 1234 ;2027-01-01;Filer;x\r\n\r\n`)).toEqual({ records: [{ ...filer, serial: "AB1234", model: "Filer" }] });
  });

  test.each([
    ["", 1, "The file is empty."],
    [HEADER, 1, "There is no device in this file: it has a header line alone."],
    ["model,serial\nFiler,ab1", 1, "The header line names no column “start”, “end”. It has to name model, serial, start and end."],
    [`${HEADER},serial\nx`, 1, "The header line names the column “serial” twice."],
    [`${HEADER}\nFiler,,2027-01-01,2029-12-31`, 2, "The serial number is missing."],
    [`${HEADER}\nFiler,ab1234,2027-01-01`, 2, "The end is missing."],
    [`${HEADER}\nFiler,ab'1234,2027-01-01,2029-12-31`, 2, "“ab'1234” can't be a serial number: 3 to 40 letters, digits, dots, dashes, slashes or underscores."],
    [`${HEADER}\nFiler,ab1234,1.1.2027,2029-12-31`, 2, "The start “1.1.2027” is no day. Write it like 2027-03-01."],
    [`${HEADER}\nFiler,ab1234,2027-01-01,2026-12-31`, 2, "The end, 2026-12-31, is before the start, 2027-01-01."],
    [`${HEADER}\nFiler,ab1234,2027-01-01,2029-12-31\n\n"Filer\nX",AB1234,2027-01-01,2029-12-31`, 5, "The model has 1 to 80 visible characters."],
    [`${HEADER}\nFiler,ab1234,2027-01-01,2029-12-31\nFiler,AB 1234,2027-01-01,2029-12-31`, 3, "The serial number AB1234 stands on line 2 already."],
    [`${HEADER}\n"Filer,ab1234,2027-01-01,2029-12-31`, 2, "A quotation mark is not closed, or stands inside a field that has none around it."],
  ])("%j names the line and the reason", (text, line, reason) => {
    expect(problemsOf(text)).toEqual([{ line, reason }]);
  });

  test("one bad line keeps all others out; all of them are named, a hundred at most", () => {
    const bad = Array.from({ length: 150 }, (_, index) => `Filer,x${index},never,2029-12-31`);
    const list = readWarrantyCsv([HEADER, "Filer,good1,2027-01-01,2029-12-31", ...bad].join("\n"));
    expect(list).toMatchObject({ count: 150 });
    expect("problems" in list && list.problems.length).toBe(100);
  });

  test("is bounded", () => {
    const rows = Array.from({ length: CSV_MAX_ROWS + 1 }, (_, index) => `Filer,x${index},2027-01-01,2029-12-31`);
    expect(problemsOf([HEADER, ...rows].join("\n"))[0]?.reason).toContain("At most 20000 devices");
  });

  test("T15: whatever is in the file, it is read or refused, and what is read is clean", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (junk) => {
        for (const text of [junk, `${HEADER}\n${junk}`, `${HEADER}\n"${junk}",ab1234,2027-01-01,2029-12-31`]) {
          const list = readWarrantyCsv(text);
          if ("problems" in list) expect(list.problems.every(({ line, reason }) => line >= 1 && !/\p{Cc}/u.test(reason))).toBe(true);
          else expect(list.records.every(({ model, serial }) => /^[A-Z0-9][A-Z0-9._/-]{2,39}$/.test(serial) && !/\p{Cc}/u.test(model))).toBe(true);
        }
      }),
    );
  });
});
