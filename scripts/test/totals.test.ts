import { describe, expect, it } from "vitest";
import { add, nothing, summaryLine, totalsOfPlaywright, totalsOfSuite, totalsOfVitest } from "@/scripts/test/totals";

const vitest = (changes: object) => ({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], success: true, ...changes });
const playwright = (changes: object, errors: unknown[] = []) => ({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...changes }, errors, suites: [] });

describe("the sum of all suites", () => {
  it("is one line in exactly the form that tools read", () => {
    const sum = [totalsOfVitest(vitest({ numPassedTests: 200, numPendingTests: 1, numTodoTests: 1 })), totalsOfPlaywright(playwright({ expected: 12, unexpected: 1 }))].reduce(add, nothing);
    expect(summaryLine(sum)).toBe("212 passed, 1 failed, 2 skipped");
  });

  it("counts a test file that could not be loaded as failed", () => {
    expect(totalsOfVitest(vitest({ numPassedTests: 3, testResults: [{ status: "failed", assertionResults: [] }, { status: "passed", assertionResults: [{}] }] })).failed).toBe(1);
  });

  it("does not count a failing file twice", () => {
    expect(totalsOfVitest(vitest({ numFailedTests: 2, testResults: [{ status: "failed", assertionResults: [{}, {}] }] })).failed).toBe(2);
  });

  it("counts a test that needed a second try, and an error outside of tests, as failed", () => {
    expect(totalsOfPlaywright(playwright({ expected: 4, flaky: 1 }, [{ message: "global setup failed" }]))).toEqual({ passed: 4, failed: 2, skipped: 0 });
  });

  it("never takes a suite for good that ended badly or left no report", () => {
    expect(totalsOfSuite({ passed: 5, failed: 0, skipped: 0 }, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
    expect(totalsOfSuite(null, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(totalsOfSuite({ passed: 5, failed: 2, skipped: 0 }, 1).failed).toBe(2);
    expect(totalsOfSuite({ passed: 5, failed: 0, skipped: 0 }, 0).failed).toBe(0);
  });

  it("refuses a report that it does not understand", () => {
    expect(() => totalsOfVitest({ passed: 3 })).toThrow();
    expect(() => totalsOfPlaywright({ stats: {} })).toThrow();
  });
});
