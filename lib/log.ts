/** One JSON object a line on standard output. Whoever calls it passes no secret: no keys, codes, tokens, cookies or bodies. */
export function log(level: "info" | "warn" | "error", event: string, message: string, facts: Record<string, string | number | boolean | null> = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, message, ...facts })}\n`);
}
