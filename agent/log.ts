/** One JSON object per line on stdout, for journald and whatever collects it. Never a key, token or credential. */

export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean | null>>) => void;

export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  return (event, facts = {}) => write(`${JSON.stringify({ at: now().toISOString(), event, ...facts })}\n`);
}

/** The text of anything that was thrown. Errors of this program carry no secrets. */
export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
