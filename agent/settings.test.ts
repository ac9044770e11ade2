import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SettingsInvalid, parseSettings } from "@/agent/settings";

const TOKEN = `pce_${"x".repeat(43)}`;
const GOOD = { PORTCULLIS_PORTAL_URL: "https://portal.example.com" };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "portcullis-settings-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function problemsOf(environment: Record<string, string>, args: string[] = []): readonly string[] {
  try {
    parseSettings(environment, args);
  } catch (error) {
    if (error instanceof SettingsInvalid) return error.problems;
    throw error;
  }
  return [];
}

describe("settings", () => {
  test("only the portal's address is required", () => {
    expect(parseSettings({ ...GOOD, PORTCULLIS_HOST_NETNS: "" }, [])).toEqual({
      portalUrls: ["https://portal.example.com"],
      enrolToken: null,
      stateFolder: "/var/lib/portcullis-agent",
      hostNamespace: null,
      hooksFolder: null,
      exitWithParent: false,
      downOnExit: false,
      reportIntervalMs: 5_000,
    });
  });

  test("T17 what is missing or malformed is named, all of it at once, without repeating a token", () => {
    const problems = problemsOf({ PORTCULLIS_ENROL_TOKEN: "pce_secret", PORTCULLIS_STATE_DIR: "state", PORTCULLIS_HOST_NETNS: "../gw", PORTCULLIS_DOWN_ON_EXIT: "yes" });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual(["PORTCULLIS_PORTAL_URL", "PORTCULLIS_ENROL_TOKEN", "PORTCULLIS_STATE_DIR", "PORTCULLIS_HOST_NETNS", "PORTCULLIS_DOWN_ON_EXIT"]);
    expect(problems.join()).not.toContain("pce_secret");
  });

  test("several portals of one database may be named", () => {
    expect(parseSettings({ PORTCULLIS_PORTAL_URL: "https://one.example.com, https://two.example.com/" }, []).portalUrls).toEqual(["https://one.example.com", "https://two.example.com"]);
  });

  test("a credential never travels in the clear: http is for this machine alone", () => {
    for (const url of ["http://localhost:3000", "http://127.0.0.1:3000/", "http://[::1]:3000", "http://portal.localhost:3000", "https://10.0.0.1"]) {
      expect(problemsOf({ PORTCULLIS_PORTAL_URL: url }), url).toEqual([]);
    }
    for (const url of ["http://portal.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "ftp://localhost", "portal.example.com", "https://a:b@portal.example.com", "https://portal.example.com/x", "https://one.example.com,http://two.example.com", "https://one.example.com,"]) {
      expect(problemsOf({ PORTCULLIS_PORTAL_URL: url }), url).toHaveLength(1);
    }
  });

  test("the token may lie in a file, which may be gone after the first start", () => {
    const file = path.join(folder, "token");
    expect(parseSettings({ ...GOOD, PORTCULLIS_ENROL_TOKEN_FILE: file }, []).enrolToken).toBeNull();
    writeFileSync(file, `${TOKEN}\n`);
    expect(parseSettings({ ...GOOD, PORTCULLIS_ENROL_TOKEN_FILE: file }, []).enrolToken).toBe(TOKEN);
    writeFileSync(file, "something else");
    expect(problemsOf({ ...GOOD, PORTCULLIS_ENROL_TOKEN_FILE: file })[0]).toContain("PORTCULLIS_ENROL_TOKEN_FILE holds no enrolment token");
  });

  test("--down is the only option", () => {
    expect(parseSettings(GOOD, ["--down"]).downOnExit).toBe(true);
    expect(problemsOf(GOOD, ["--help"])[0]).toContain("--help");
  });
});
