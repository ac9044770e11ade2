import { describe, expect, test } from "vitest";
import { parseSystemFacts, systemState } from "./system";

const now = new Date("2027-03-01T12:00:00Z");
const [earlier, later] = [new Date(now.getTime() - 1), new Date(now.getTime() + 1)];

describe("what a system says of itself", () => {
  test("is taken as it is said; an empty serial number or version is none", () => {
    expect(parseSystemFacts({ hostName: "nas-01.lab", serial: "A1-20/7", version: "TrueNAS 25.10 (Linux 6.12)" })).toEqual({ hostName: "nas-01.lab", serial: "A1-20/7", version: "TrueNAS 25.10 (Linux 6.12)" });
    expect(parseSystemFacts({ hostName: "n", serial: "", version: null })).toEqual({ hostName: "n", serial: null, version: null });
  });

  test.each(["", "-nas", "nas-", "nas 1", "nas\n", "nas\u202E", "<b>", "nas;reboot", "näs", "x".repeat(41)])("T15: the host name %j is refused", (hostName) => {
    expect(() => parseSystemFacts({ hostName })).toThrow(expect.objectContaining({ code: "bad_request", facts: { field: "hostName" } }));
  });

  test.each(["x\ny", "<b>", "'", '"', "`id`", "$(id)", "x".repeat(65), " x", "\u200Bx"])("T15: the serial number and the version %j are refused", (text) => {
    expect(() => parseSystemFacts({ hostName: "nas", serial: text })).toThrow(expect.objectContaining({ facts: { field: "serial" } }));
    expect(() => parseSystemFacts({ hostName: "nas", version: text })).toThrow(expect.objectContaining({ facts: { field: "version" } }));
  });
});

test("a system's state is its peer's, once it has one; before, what was decided, or how long it waits", () => {
  const waiting = { client: null, refusedAt: null, expiresAt: later };
  expect(systemState(waiting, now)).toBe("pending");
  expect(systemState({ ...waiting, expiresAt: now }, now)).toBe("expired");
  expect(systemState({ ...waiting, refusedAt: earlier, expiresAt: earlier }, now)).toBe("refused");
  expect((["active", "suspended", "expired", "revoked"] as const).map((client) => systemState({ ...waiting, client, expiresAt: earlier }, now))).toEqual(["approved", "suspended", "suspended", "removed"]);
});
