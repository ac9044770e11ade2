/** What the portal logs while a test looks on. */
import { vi } from "vitest";

export interface LogLines {
  text(): string;
  /** Resolves with the first line, past or to come, that holds this text. */
  line(holding: string): Promise<string>;
  stop(): void;
}

export function captureLog(): LogLines {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    const line = String(chunk);
    lines.push(line);
    for (const look of waiting) look(line);
    return true;
  });
  return {
    text: () => lines.join(""),
    line: (holding) =>
      new Promise((resolve) => {
        const look = (line: string) => {
          if (!line.includes(holding)) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        for (const line of lines) look(line);
      }),
    stop: () => spy.mockRestore(),
  };
}
