/** What a measurement hands back. Names are stable: other programs compare them from run to run. */
import { summarise, type Summary } from "@/bench/parts/statistics";

export interface Figure {
  /** Like "issue.n100000". */
  name: string;
  what: string;
  /** Clients on the portal, or peers on the gateway. */
  n: number;
  /** In milliseconds. */
  ms: Summary;
  aimMs: { median?: number; max?: number };
  /** null: there is no aim. */
  met: boolean | null;
}

/** Something that holds or doesn't. */
export interface Check {
  name: string;
  what: string;
  value: number;
  aim: string;
  met: boolean;
}

export interface Result {
  figures: Figure[];
  checks: Check[];
}

export function figure(parts: { name: string; what: string; n: number; values: readonly number[]; aim?: { medianMs?: number; maxMs?: number } }): Figure {
  const { name, what, n, values, aim } = parts;
  const ms = summarise(values);
  const aims = [...(aim?.medianMs === undefined ? [] : [ms.median <= aim.medianMs]), ...(aim?.maxMs === undefined ? [] : [ms.max <= aim.maxMs])];
  return { name, what, n, ms, aimMs: { median: aim?.medianMs, max: aim?.maxMs }, met: aims.length === 0 ? null : aims.every(Boolean) };
}
