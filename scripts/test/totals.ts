/** Adds up what the suites report. */
import { z } from "zod";

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export const nothing: Totals = { passed: 0, failed: 0, skipped: 0 };

export const add = (one: Totals, other: Totals): Totals => ({ passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped });

/** The last line of `npm test`; tools that read it expect exactly this form. */
export const summaryLine = ({ passed, failed, skipped }: Totals): string => `${passed} passed, ${failed} failed, ${skipped} skipped`;

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().default(0),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()).default([]),
});

/** @param report parsed JSON of vitest's reporter; a file that could not even be loaded counts as one failed test */
export function totalsOfVitest(report: unknown): Totals {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = vitestReport.parse(report);
  const unloadable = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + unloadable, skipped: numPendingTests + numTodoTests };
}

/** @param report parsed JSON of Playwright's reporter; a test that passed only on a second try counts as failed */
export function totalsOfPlaywright(report: unknown): Totals {
  const { stats, errors } = playwrightReport.parse(report);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}

/**
 * What a suite amounts to, by its report and its exit code. A suite that ended badly has failed even if its report, or the
 * lack of one, doesn't say so.
 */
export function totalsOfSuite(report: Totals | null, exitCode: number): Totals {
  const reported = report ?? nothing;
  const ended = exitCode === 0 && report !== null;
  return ended || reported.failed > 0 ? reported : { ...reported, failed: 1 };
}
