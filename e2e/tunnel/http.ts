/** HTTP from another machine: a program of its own in a network namespace, since a process is in one namespace only. */
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface HttpAnswer {
  /** null: no answer within 10 s. */
  status: number | null;
  location: string | null;
  /** "name=value" of the cookie that it sets; null when it sets none. */
  cookie: string | null;
  body: string;
}

const REQUEST = `
const { url, form, cookie } = JSON.parse(process.argv[1]);
const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(10_000), headers: cookie ? { cookie } : {}, ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}) }).catch(() => null);
console.log(JSON.stringify(answer ? { status: answer.status, location: answer.headers.get("location"), cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? null, body: await answer.text() } : { status: null, location: null, cookie: null, body: "" }));`;

/** One request; redirects are not followed. @param form posted when given */
export async function request(namespace: string, url: string, options: { form?: Record<string, string>; cookie?: string | null } = {}): Promise<HttpAnswer> {
  const { stdout } = await run("ip", ["netns", "exec", namespace, process.execPath, "--input-type=module", "-e", REQUEST, JSON.stringify({ url, ...options })]);
  return JSON.parse(stdout) as HttpAnswer;
}

// Paced, so that the measurement is of the tunnel's end and not of two busy processors.
const TRANSFER = `
const { url, cookie } = JSON.parse(process.argv[1]);
const answer = await fetch(url, { headers: { cookie } });
for await (const chunk of answer.body) {
  console.log(JSON.stringify([performance.timeOrigin + performance.now(), chunk.length]));
  await new Promise((resolve) => setTimeout(resolve, 20));
}`;

export interface Transfer {
  /** When a chunk arrived, in ms since 1970. */
  arrivals: number[];
  /** Resolves at the next chunk. */
  flows: () => Promise<void>;
  /** Resolves once nothing arrived for so long. */
  stalled: (milliseconds: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** A download that goes on until it is stopped or cut. */
export function startTransfer(namespace: string, url: string, cookie: string): Transfer {
  const child = spawn("ip", ["netns", "exec", namespace, process.execPath, "--input-type=module", "-e", TRANSFER, JSON.stringify({ url, cookie })], { stdio: ["ignore", "pipe", "ignore"] });
  const arrivals: number[] = [];
  let next: () => void = () => {};
  createInterface(child.stdout).on("line", (line) => {
    arrivals.push((JSON.parse(line) as [number, number])[0]);
    next();
  });
  const flows = () => new Promise<void>((resolve) => (next = resolve));
  return {
    arrivals,
    flows,
    async stalled(milliseconds) {
      for (;;) {
        let timer: NodeJS.Timeout | undefined;
        const quiet = new Promise<"quiet">((resolve) => (timer = setTimeout(() => resolve("quiet"), milliseconds)));
        const what = await Promise.race([quiet, flows()]);
        clearTimeout(timer);
        if (what === "quiet") return;
      }
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("close", resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await ended;
      }
    },
  };
}
