/** Wake-ups across processes: each listener here stands for one more portal process. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Topic, Wakeups } from "@/lib/db/wakeups";
import { openKit, type Kit } from "@/lib/testing/kit";
import { wake } from "@/lib/testing/wake";

let kit: Kit;
beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
afterEach(() => vi.useRealTimers());

/** The next wake-up of a topic, and all so far. */
function next(wakeups: Wakeups, topic: Topic): { woken: Promise<string>; all: string[] } {
  const all: string[] = [];
  const woken = new Promise<string>((resolve) => {
    wakeups.subscribe(topic, (detail) => {
      all.push(detail);
      resolve(detail);
    });
  });
  return { woken, all };
}

/** The listeners' connections, as the server sees them. */
const listeningProcesses = async (): Promise<number[]> =>
  (await kit.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = 'portcullis wake-ups' AND datname = current_database()")).map(({ pid }) => pid);

const topic = (): Topic => `gateway:${kit.ports.newId()}`;

test("a commit wakes whoever waits for it, in every process, with the detail it gave", async () => {
  const [one, other] = [await kit.listener(), await kit.listener()];
  const about = topic();
  const [here, there] = [next(one, about), next(other, about)];
  await kit.ports.db.transaction((tx) => wake(tx, about, "42"));
  expect(await Promise.all([here.woken, there.woken])).toEqual(["42", "42"]);
});

test("nobody is woken before the commit, by a transaction that is rolled back, or by another topic", async () => {
  const listener = await kit.listener();
  const [about, last] = [topic(), topic()];
  const waiting = next(listener, about);
  await expect(
    kit.ports.db.transaction(async (tx) => {
      await wake(tx, about, "rolled back");
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await kit.ports.db.transaction(async (tx) => {
    await wake(tx, about, "committed");
    // A wake-up that was sent later, and has come: what goes before the commit would be here by now.
    const meanwhile = next(listener, last);
    await wake(kit.ports.db.read, last);
    await meanwhile.woken;
    expect(waiting.all).toEqual([]);
  });
  await waiting.woken;
  expect(waiting.all).toEqual(["committed"]);
});

test("a connection that is lost is made again, and then wakes everyone, so that no wake-up is missed", async () => {
  const troubles: string[] = [];
  const listener = await kit.listener((message) => troubles.push(message));
  const about = topic();
  const afterLoss = next(listener, about);
  for (const pid of await listeningProcesses()) await kit.sql("SELECT pg_terminate_backend($1)", [pid]);
  expect(await afterLoss.woken).toBe("");
  expect(troubles).toEqual([expect.stringMatching(/wake-up connection was lost .*; reconnecting/)]);
  const again = next(listener, about);
  await wake(kit.ports.db.read, about, "works again");
  expect(await again.woken).toBe("works again");
});

test("who unsubscribed is not woken any more, and the others are", async () => {
  const listener = await kit.listener();
  const about = topic();
  const heard: string[] = [];
  const stop = listener.subscribe(about, (detail) => heard.push(detail));
  const stays = next(listener, about);
  stop();
  await wake(kit.ports.db.read, about, "later");
  await stays.woken;
  expect(heard).toEqual([]);
});

test("a listener that is closed while it waits to reconnect stays closed", async () => {
  let tell: (message: string) => void = () => {};
  const trouble = new Promise<string>((resolve) => (tell = resolve));
  const others = await listeningProcesses();
  const listener = await kit.listener((message) => tell(message));
  const own = (await listeningProcesses()).filter((pid) => !others.includes(pid));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await kit.sql("SELECT pg_terminate_backend($1)", own);
  await trouble;
  const waiting = vi.getTimerCount();
  await listener.close();
  expect(vi.getTimerCount()).toBe(waiting - 1);
});
