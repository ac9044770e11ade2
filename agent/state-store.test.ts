import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Log } from "@/agent/log";
import { type WantedState, applyDelta, instancesOf, wantedStateOf } from "@/agent/reconcile";
import { StateStore } from "@/agent/state-store";
import { golden } from "@/lib/protocol/golden";
import { stateResponseSchema } from "@/lib/protocol/messages";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const full = stateResponseSchema.parse(golden.stateFull);
const delta = stateResponseSchema.parse(golden.stateDelta);
if (full.kind !== "full" || delta.kind !== "delta") throw new Error("The golden states are of other kinds.");
const { revision, instances } = full;
const change = delta;

let folder: string;
let events: string[];
const log: Log = (event) => void events.push(event);

beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "portcullis-store-")), "state");
  events = [];
});
afterEach(() => {
  rmSync(path.dirname(folder), { recursive: true });
});

const golden41 = (): WantedState => wantedStateOf(revision, structuredClone(instances), NOW);
const reopen = async (): Promise<WantedState | null> => (await StateStore.open(folder, NOW, log)).wanted;
const journal = (): string => path.join(folder, readdirSync(folder).find((name) => name.startsWith("journal-"))!);

async function savedWithDelta(): Promise<{ store: StateStore; wanted: WantedState }> {
  const { store } = await StateStore.open(folder, NOW, log);
  const wanted = golden41();
  await store.save(wanted);
  applyDelta(wanted, change, NOW);
  store.append(change);
  return { store, wanted };
}

describe("the state on disk", () => {
  test("is nothing at first", async () => {
    expect(await reopen()).toBeNull();
    expect(events).toEqual([]);
  });

  test("is what was saved, and what was appended since, without anybody closing it", async () => {
    const { wanted } = await savedWithDelta();
    const read = await reopen();
    expect(read?.revision).toBe(44);
    expect(instancesOf(read!)).toEqual(instancesOf(wanted));
  });

  test("can go on being appended to after it was read", async () => {
    await savedWithDelta();
    const { store, wanted } = await StateStore.open(folder, NOW, log);
    const removal = { kind: "delta" as const, from: 44, revision: 45, changes: [{ kind: "instance-removed" as const, instanceId: instances[0]!.instanceId }] };
    applyDelta(wanted!, removal, NOW);
    store.append(removal);
    await store.durable();
    expect(instancesOf((await reopen())!)).toEqual(instancesOf(wanted!));
  });

  test("survives a journal that a crash cut short: the torn line was never acknowledged", async () => {
    await savedWithDelta();
    truncateSync(journal(), statSync(journal()).size - 5);
    const read = await reopen();
    expect(read?.revision).toBe(41);
    expect(events).toEqual(["journal_torn"]);
    expect((await reopen())?.revision).toBe(41);
    expect(events).toEqual(["journal_torn"]);
  });

  test("never applies a journal to a snapshot that it doesn't belong to", async () => {
    const { store, wanted } = await savedWithDelta();
    const stale = path.basename(journal());
    await store.save({ ...wanted, revision: 41 });
    appendFileSync(path.join(folder, stale), `${JSON.stringify(change)}\n`);
    expect((await reopen())?.revision).toBe(41);
  });

  test("is asked for anew from the portal when it is damaged", async () => {
    await savedWithDelta();
    writeFileSync(path.join(folder, "state.json"), '{"generation":"0123456789abcdef","revision":1,"instances":[{"interfaceName":"--help"}]}');
    expect(await reopen()).toBeNull();
    expect(events).toEqual(["state_unreadable"]);
  });

  test("leaves one snapshot and one journal, for root's eyes only", async () => {
    const { store, wanted } = await savedWithDelta();
    await store.save(wanted);
    expect(readdirSync(folder).map((name) => name.replace(/[0-9a-f]{16}/, "…"))).toEqual(["journal-….ndjson", "state.json"]);
    for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test("that couldn't be written is not durable until a snapshot is", async () => {
    const { store, wanted } = await savedWithDelta();
    store.close();
    store.append(change);
    await expect(store.durable()).rejects.toThrow();
    await store.save(wanted);
    await expect(store.durable()).resolves.toBeUndefined();
  });

  test("wants a new snapshot once the journal outgrew the old one, and not at every change", async () => {
    const { store, wanted } = await savedWithDelta();
    expect(store.wantsSnapshot).toBe(false);
    for (let i = 0; i < 500; i += 1) store.append(change);
    expect(store.wantsSnapshot).toBe(true);
    await store.save(wanted);
    expect(store.wantsSnapshot).toBe(false);
  });
});
