/** What initdb and the server have in common as child processes. */
import type { ChildProcess } from "node:child_process";

/** null: it ended well; else why not. */
export async function outcomeOf(child: ChildProcess): Promise<string | null> {
  return new Promise((settle) => {
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code, signal) => settle(code === 0 ? null : signal ? `ended by ${signal}` : `exit code ${code}`));
  });
}

/** Nothing of this process's environment is the server's business, its secrets least of all. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { NODE_ENV: process.env.NODE_ENV ?? "production", PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" };
}
