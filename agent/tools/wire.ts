/** What the agent and its tool processes say to each other, over the channel that Node makes between a process and its child. */
import type { DumpNews } from "@/agent/device/dump-tracker";
import type { CommandFailed } from "@/agent/device/command";

export interface Interface {
  interfaceName: string;
  /** Where `wg` finds it; null: anywhere. */
  namespace: string | null;
}

export interface Command {
  program: string;
  args: readonly string[];
  namespace: string | null;
  input?: string;
}

export type Work =
  | { kind: "run"; command: Command }
  /** Reads all of the interface, and answers with what differs from the reading before. */
  | { kind: "read"; of: Interface }
  /** Answers with the peers that were heard of. */
  | { kind: "sample"; of: Interface }
  /** The next reading is compared with none. */
  | { kind: "forget"; of: Interface };

export type ToTools = { id: number; work: Work } | { id: number; cancel: true };

export type Done = { kind: "output"; output: string } | { kind: "news"; news: DumpNews } | { kind: "nothing" };

export type Failed = { kind: "command"; command: string; reason: CommandFailed["reason"]; said: string } | { kind: "aborted" } | { kind: "other"; message: string };

export type FromTools =
  /** The first message: by whom it is. */
  | { ready: string }
  /** Lines of a dump; they count once it is done. */
  | { id: number; lines: string[] }
  | { id: number; done: Done }
  | { id: number; failed: Failed };
