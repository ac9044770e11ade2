/** What the health check says while a portal starts, serves, and can't serve. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { GET as health } from "@/app/api/health/route";
import { createEmptyTestDatabase, createTestDatabase } from "@/e2e/stack/test-database";
import { shippedMigrations } from "@/lib/db/migrate";
import { startUp } from "@/lib/startup";
import { serve } from "@/lib/testing/api";
import { openKit, type Kit } from "@/lib/testing/kit";
import { captureLog, type LogLines } from "@/lib/testing/log-lines";

const SHIPPED = shippedMigrations().length;

let log: LogLines;
let cleanUp: (() => void | Promise<void>)[];

beforeEach(() => {
  cleanUp = [];
  log = captureLog();
});
afterEach(async () => {
  log.stop();
  for (const step of cleanUp.toReversed()) await step();
});

async function portalOn(databaseUrl: string): Promise<Kit> {
  const kit = await openKit({ DATABASE_URL: databaseUrl });
  cleanUp.push(() => kit.close(), serve(kit, await kit.listener()));
  return kit;
}

const ask = async () => {
  const response = await health();
  return { status: response.status, body: (await response.json()) as { reason?: string } };
};

test("before its first migration it is unavailable and says how many are missing; once started it is ok", async () => {
  await portalOn((await createEmptyTestDatabase()).url);
  expect(await ask()).toMatchObject({ status: 503, body: { status: "unavailable", database: "up", migrations: { applied: 0, pending: SHIPPED }, reason: "The portal is starting." } });
  const worker = await startUp();
  cleanUp.push(() => worker.stop());
  expect(await ask()).toEqual({ status: 200, body: { status: "ok", version: expect.stringMatching(/^\d+\.\d+\.\d+/), database: "up", migrations: { applied: SHIPPED, pending: 0 } } });
  expect(log.text()).toContain('"event":"migrated"');
});

test("with its database gone it is unavailable, and says what to check without the address or password of it", async () => {
  const url = new URL((await createTestDatabase()).url);
  url.pathname = "/gone_for_good";
  const kit = await openKit({ DATABASE_URL: url.toString() });
  const noWakeups = { subscribe: () => () => undefined, onReconnect: () => undefined, ready: Promise.resolve(), close: async () => undefined };
  cleanUp.push(() => kit.close(), serve(kit, noWakeups));
  const answer = await ask();
  expect(answer).toMatchObject({ status: 503, body: { status: "unavailable", database: "down", migrations: null, reason: expect.stringContaining("Check DATABASE_URL") } });
  for (const part of [url.password, url.host, "gone_for_good"]) expect(JSON.stringify(answer)).not.toContain(part);
});
