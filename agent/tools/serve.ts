/**
 * The other end of agent/tools/process.ts: a process of its own, that runs programs and reads devices for the agent. It is small, so that
 * starting a program takes it no time, and what it does holds up nothing in the agent.
 */
import { type CommandFailed, aborted, run, runInto } from "@/agent/device/command";
import { DumpTracker } from "@/agent/device/dump-tracker";
import { LineCutter } from "@/agent/device/dump";
import { Mutex } from "@/agent/mutex";
import type { Done, Failed, FromTools, Interface, ToTools, Work } from "@/agent/tools/wire";

/** Until the agent's end of the channel is closed, as when the agent ends, however it does. */
export function serveTools(version: string): void {
  const running = new Map<number, AbortController>();
  const devices = new Map<string, { tracker: DumpTracker; mutex: Mutex }>();
  // A channel that breaks while something is sent is told by "disconnect" as well.
  const send = (message: FromTools): void => void process.send?.(message, () => undefined);

  const end = (): void => {
    for (const stop of running.values()) stop.abort();
    process.exit(0);
  };
  process.on("disconnect", end);
  // The agent may have ended before this was listened for.
  if (!process.connected) end();
  process.on("message", (message: ToTools) => {
    if ("cancel" in message) running.get(message.id)?.abort();
    else void take(message.id, message.work);
  });
  send({ ready: version });

  async function take(id: number, work: Work): Promise<void> {
    const stop = new AbortController();
    running.set(id, stop);
    try {
      send({ id, done: await doWork(work, (lines) => send({ id, lines }), stop.signal) });
    } catch (error) {
      send({ id, failed: failureOf(error) });
    } finally {
      running.delete(id);
    }
  }

  async function doWork(work: Work, tell: (lines: string[]) => void, signal: AbortSignal): Promise<Done> {
    switch (work.kind) {
      case "run": {
        const { program, args, namespace, input } = work.command;
        return { kind: "output", output: await run(program, args, { namespace, input, signal }) };
      }
      case "read": {
        const { tracker, mutex } = deviceOf(work.of);
        return mutex.run(async () => {
          if (signal.aborted) throw aborted();
          return { kind: "news", news: await tracker.read((take) => dump(work.of, take, signal), tell) };
        });
      }
      case "sample": {
        const heardOf: string[] = [];
        let head = true;
        const cutter = new LineCutter((line) => {
          if (!head && line !== "" && line.split("\t", 3)[2] !== "(none)") heardOf.push(line);
          head = false;
        });
        await dump(work.of, (text) => cutter.add(text), signal);
        cutter.end();
        tell(heardOf);
        return { kind: "nothing" };
      }
      case "forget":
        await deviceOf(work.of).mutex.run(async () => void devices.delete(work.of.interfaceName));
        return { kind: "nothing" };
    }
  }

  function deviceOf({ interfaceName }: Interface): { tracker: DumpTracker; mutex: Mutex } {
    const device = devices.get(interfaceName) ?? { tracker: new DumpTracker(), mutex: new Mutex() };
    devices.set(interfaceName, device);
    return device;
  }
}

const dump = ({ interfaceName, namespace }: Interface, take: (text: string) => void, signal: AbortSignal): Promise<void> =>
  runInto(take, "wg", ["show", interfaceName, "dump"], { namespace, signal });

function failureOf(error: unknown): Failed {
  if (!(error instanceof Error)) return { kind: "other", message: String(error) };
  if (error.name === "AbortError") return { kind: "aborted" };
  if (error.name !== "CommandFailed") return { kind: "other", message: error.message };
  const { command, reason, said } = error as CommandFailed;
  return { kind: "command", command, reason, said };
}
