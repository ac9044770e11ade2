/** What can be asked of the bench on its command line. */
import { parseArgs } from "node:util";

export const MEASUREMENTS = ["issue", "revoke", "issue-burst", "revoke-burst", "scale", "waiting"] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

export interface BenchOptions {
  /** Fewer samples, fewer peers. */
  quick: boolean;
  only: readonly Measurement[];
  jsonFile: string | null;
}

export function readOptions(argv: string[]): BenchOptions | { problem: string } {
  try {
    const { values } = parseArgs({ args: argv, options: { quick: { type: "boolean" }, only: { type: "string", multiple: true }, json: { type: "string" } } });
    const unknown = values.only?.find((name) => !MEASUREMENTS.some((known) => known === name));
    if (unknown !== undefined) return { problem: `There is no measurement "${unknown}". Choose from: ${MEASUREMENTS.join(", ")}.` };
    const only = MEASUREMENTS.filter((name) => values.only === undefined || values.only.includes(name));
    return { quick: values.quick ?? false, only, jsonFile: values.json ?? null };
  } catch (error) {
    return { problem: `${error instanceof Error ? error.message : String(error)}\nUsage: npm run bench -- [--quick] [--only NAME]… [--json FILE]` };
  }
}
