/** Reads operators' lists of devices (RFC 4180). All of a list is right, or nothing of it is taken. */
import { CsvError, parse } from "csv-parse/sync";
import { dayOrNull, modelOrNull, MODEL_MAX_LENGTH, serialOrNull, type Serial } from "./warranty";

export interface WarrantyRecord {
  serial: Serial;
  model: string;
  /** Days, like "2027-03-01". */
  startsOn: string;
  endsOn: string;
}

export interface CsvProblem {
  /** Line of the file, from 1, on which the row ends. */
  line: number;
  reason: string;
}

export type WarrantyList = { records: WarrantyRecord[] } | { problems: CsvProblem[]; /** Of all problems, the ones left out included. */ count: number };

export const CSV_MAX_ROWS = 20_000;
const PROBLEMS_SHOWN = 100;
const COLUMNS = ["model", "serial", "start", "end"] as const;
type Column = (typeof COLUMNS)[number];

interface Row {
  record: string[];
  info: { lines: number };
}

/** @param text a header line that names the columns model, serial, start and end, in any order and case, then a row a device; commas, or semicolons as spreadsheets write them */
export function readWarrantyCsv(text: string): WarrantyList {
  const rows = parseRows(text);
  if ("line" in rows) return { problems: [rows], count: 1 };
  const [header, ...body] = rows;
  const places = header === undefined ? "The file is empty." : placesOf(header.record);
  if (typeof places === "string") return { problems: [{ line: header?.info.lines ?? 1, reason: places }], count: 1 };
  if (body.length === 0) return { problems: [{ line: 1, reason: "There is no device in this file: it has a header line alone." }], count: 1 };
  if (body.length > CSV_MAX_ROWS) return { problems: [{ line: CSV_MAX_ROWS + 2, reason: `At most ${CSV_MAX_ROWS} devices are taken at a time; this file has ${body.length}. Split it.` }], count: 1 };
  const problems: CsvProblem[] = [];
  const records: WarrantyRecord[] = [];
  const lineOf = new Map<Serial, number>();
  for (const { record, info } of body) {
    const read = readRow(record, places);
    const { lines: line } = info;
    if (typeof read === "string") {
      problems.push({ line, reason: read });
      continue;
    }
    const before = lineOf.get(read.serial);
    if (before !== undefined) problems.push({ line, reason: `The serial number ${read.serial} stands on line ${before} already.` });
    lineOf.set(read.serial, before ?? line);
    records.push(read);
  }
  return problems.length > 0 ? { problems: problems.slice(0, PROBLEMS_SHOWN), count: problems.length } : { records };
}

function parseRows(text: string): Row[] | CsvProblem {
  const [firstLine = ""] = text.split(/\r?\n/, 1);
  const delimiter = firstLine.includes(";") && !firstLine.includes(",") ? ";" : ",";
  try {
    // The types of `info: true` are those of rows without it.
    return parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true, max_record_size: 10_000 }) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : 1;
    return { line, reason: /quote/i.test(error.code) ? "A quotation mark is not closed, or stands inside a field that has none around it." : "This line can't be read as CSV." };
  }
}

/** Where each column is; or what is wrong with the header. */
function placesOf(header: string[]): Record<Column, number> | string {
  const names = header.map((name) => name.toLowerCase());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) return `The header line names no column ${missing.map((column) => `“${column}”`).join(", ")}. It has to name model, serial, start and end.`;
  const twice = COLUMNS.find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined) return `The header line names the column “${twice}” twice.`;
  return { model: names.indexOf("model"), serial: names.indexOf("serial"), start: names.indexOf("start"), end: names.indexOf("end") };
}

/** The row; or what is wrong with it. */
function readRow(cells: string[], places: Record<Column, number>): WarrantyRecord | string {
  const cell = (column: Column): string => cells[places[column]] ?? "";
  const missing = COLUMNS.find((column) => cell(column) === "");
  if (missing !== undefined) return `The ${missing === "serial" ? "serial number" : missing} is missing.`;
  const serial = serialOrNull(cell("serial"));
  if (serial === null) return `“${shown(cell("serial"))}” can't be a serial number: 3 to 40 letters, digits, dots, dashes, slashes or underscores.`;
  const model = modelOrNull(cell("model"));
  if (model === null) return `The model has 1 to ${MODEL_MAX_LENGTH} visible characters.`;
  const startsOn = dayOrNull(cell("start"));
  if (startsOn === null) return `The start “${shown(cell("start"))}” is no day. Write it like 2027-03-01.`;
  const endsOn = dayOrNull(cell("end"));
  if (endsOn === null) return `The end “${shown(cell("end"))}” is no day. Write it like 2030-02-28.`;
  if (endsOn < startsOn) return `The end, ${endsOn}, is before the start, ${startsOn}.`;
  return { serial, model, startsOn, endsOn };
}

/** Enough of a cell to know it by. */
const shown = (text: string): string => ([...text].length > 40 ? `${[...text].slice(0, 40).join("")}…` : text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "�");
