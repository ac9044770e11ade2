/**
 * The last state that the portal sent, on disk: a snapshot, and a journal of the deltas since. One delta costs one short
 * line at any number of peers, and is in the journal before the device is touched, so that a restarted agent never
 * brings back what was cut.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fdatasync, openSync, writeSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { makePrivateFolder, readIfThere, syncFolder, writePrivateFile } from "@/agent/files";
import { type Log, textOf } from "@/agent/log";
import { type WantedState, applyDelta, instancesOf, wantedStateOf } from "@/agent/reconcile";
import { type StateResponse, instanceSchema, stateResponseSchema } from "@/lib/protocol/messages";

type Delta = Extract<StateResponse, { kind: "delta" }>;

const snapshotSchema = z.object({ generation: z.string().regex(/^[0-9a-f]{16}$/), revision: z.int().min(0), instances: z.array(instanceSchema) });
const sync = promisify(fdatasync);
/** A journal shorter than this is never worth a new snapshot. */
const SMALL_JOURNAL_BYTES = 256 * 1024;

export class StateStore {
  private readonly snapshotFile: string;
  private journal: number | null = null;
  private journalBytes = 0;
  private snapshotBytes = 0;
  private written: Promise<void> = Promise.resolve();

  private constructor(private readonly folder: string) {
    this.snapshotFile = path.join(folder, "state.json");
  }

  /** @returns `wanted` null when there is nothing usable on disk: the agent then asks for a full state. */
  static async open(folder: string, now: Date, log: Log): Promise<{ store: StateStore; wanted: WantedState | null }> {
    await makePrivateFolder(folder);
    const store = new StateStore(folder);
    try {
      return { store, wanted: await store.load(now, log) };
    } catch (error) {
      log("state_unreadable", { reason: textOf(error).slice(0, 300) });
      return { store, wanted: null };
    }
  }

  /** Replaces everything by this state; on disk when it resolves. */
  async save(wanted: WantedState): Promise<void> {
    const generation = randomBytes(8).toString("hex");
    const text = JSON.stringify({ generation, revision: wanted.revision, instances: instancesOf(wanted) });
    await writePrivateFile(this.snapshotFile, text);
    // The file is synced until then; an error of that was for whoever waited.
    await this.written.catch(() => undefined);
    this.written = Promise.resolve();
    this.openJournal(generation);
    await this.removeJournalsBut(generation);
    this.snapshotBytes = text.length;
    this.journalBytes = 0;
  }

  /**
   * Written when it returns, so that it survives the agent; `durable` tells when it survives power loss too. Never
   * throws: a full disk must not keep a peer from being cut. It keeps the cut from being acknowledged.
   */
  append(delta: Delta): void {
    this.written = this.write(`${JSON.stringify(delta)}\n`, this.written);
    // Whoever asks gets the error from durable(); nobody asking yet is no unhandled rejection.
    this.written.catch(() => undefined);
  }

  /** Marks the disk as behind, until the next `save`. */
  fail(error: unknown): void {
    this.written = Promise.reject(error instanceof Error ? error : new Error(String(error)));
    this.written.catch(() => undefined);
  }

  /** Resolves when all that was appended survives power loss; rejects, until the next `save`, when something couldn't be. */
  durable(): Promise<void> {
    return this.written;
  }

  /** Whether a new snapshot is due, so that reading the journal never takes longer than reading the snapshot. */
  get wantsSnapshot(): boolean {
    return this.journalBytes > Math.max(SMALL_JOURNAL_BYTES, this.snapshotBytes);
  }

  close(): void {
    if (this.journal !== null) closeSync(this.journal);
    this.journal = null;
  }

  private async write(line: string, previous: Promise<void>): Promise<void> {
    if (this.journal === null) throw new Error("There is no snapshot to append to.");
    const descriptor = this.journal;
    this.journalBytes += writeSync(descriptor, line);
    await previous;
    await sync(descriptor);
  }

  private async load(now: Date, log: Log): Promise<WantedState | null> {
    const text = await readIfThere(this.snapshotFile);
    if (text === null) return null;
    const snapshot = snapshotSchema.parse(JSON.parse(text));
    const wanted = wantedStateOf(snapshot.revision, snapshot.instances, now);
    const lines = ((await readIfThere(this.journalFile(snapshot.generation))) ?? "").split("\n");
    // After the last line break stands nothing, or a line that was cut short by a crash and never acknowledged.
    const torn = lines.pop()!;
    for (const line of lines) {
      const delta = stateResponseSchema.parse(JSON.parse(line));
      if (delta.kind === "delta") applyDelta(wanted, delta, now);
    }
    if (torn !== "") {
      log("journal_torn", { bytes: torn.length });
      await this.save(wanted);
    } else {
      this.openJournal(snapshot.generation);
      this.snapshotBytes = text.length;
      this.journalBytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    }
    return wanted;
  }

  private journalFile(generation: string): string {
    return path.join(this.folder, `journal-${generation}.ndjson`);
  }

  private openJournal(generation: string): void {
    this.close();
    this.journal = openSync(this.journalFile(generation), "a", 0o600);
  }

  private async removeJournalsBut(generation: string): Promise<void> {
    const keep = path.basename(this.journalFile(generation));
    const stale = (await readdir(this.folder)).filter((name) => name.startsWith("journal-") && name !== keep);
    for (const name of stale) await rm(path.join(this.folder, name), { force: true });
    await syncFolder(this.folder);
  }
}
