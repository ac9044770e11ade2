/** The key that systems join with: shown and replaced by proof alone, sealed at rest, gone with the instance. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Keyring } from "@/lib/core/encryption-keys";
import { openKit, type Kit } from "@/lib/testing/kit";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addMember, makeTenant, proofOf, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { takeDownOwnInstance } from "@/lib/usecases/provisioning/take-down";
import { rotateKeys } from "@/lib/usecases/rotate-keys";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { requestApiKey, rotateApiKey, showApiKey } from "./api-key";

let kit: Kit;
let acme: Tenant;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit, { gateway: acme?.gateway });
});

const here = () => ({ subscriptionId: acme.subscriptionId });
const show = async (actor = acme.owner) => (await showApiKey(kit.ports, actor, here(), proofOf(kit, await requestApiKey(kit.ports, actor, here(), "api-key.show")))).apiKey;
const rotate = async (actor = acme.owner) => (await rotateApiKey(kit.ports, actor, here(), proofOf(kit, await requestApiKey(kit.ports, actor, here(), "api-key.rotate")))).apiKey;
const view = async () => (await viewSubscription(kit.ports, acme.owner, here())).apiKey;
const events = async () => (await kit.sql<{ action: string; data: { ending: string } }>("SELECT action, data FROM audit_events WHERE chain_id = $1 AND action LIKE 'api_key.%' ORDER BY seq", [acme.subscriptionId])).map(({ action, data }) => `${action} ${data.ending}`);

test("it is made when it is first shown, is the same to each who may see it, and a page knows its end alone", async () => {
  expect(await view()).toBeNull();
  const key = await show();
  expect(key).toMatch(/^pck_[A-Za-z0-9_-]{43}$/);
  expect(await show(await addMember(kit, acme, "admin"))).toBe(key);
  expect(await view()).toMatchObject({ ending: key.slice(-4) });
  expect((await viewSubscription(kit.ports, await addMember(kit, acme, "member"), here())).apiKey).toBeNull();
  expect(await events()).toEqual([`api_key.shown ${key.slice(-4)}`, `api_key.shown ${key.slice(-4)}`]);
});

test("another one takes its place, and those who answer for the subscription are told", async () => {
  const first = await show();
  const second = await rotate();
  expect(second).not.toBe(first);
  expect(await show()).toBe(second);
  expect(await kit.sql("SELECT FROM api_keys WHERE subscription_id = $1", [acme.subscriptionId])).toHaveLength(1);
  expect(await kit.sql("SELECT FROM outbox_mails WHERE template = 'api-key-rotated' AND recipient = $1", [acme.owner.email])).toHaveLength(1);
});

test("T11: a proof to show it doesn't replace it, nor the other way round; a wrong code and a used one show nothing", async () => {
  await show();
  const [toShow, toRotate] = [await requestApiKey(kit.ports, acme.owner, here(), "api-key.show"), await requestApiKey(kit.ports, acme.owner, here(), "api-key.rotate")];
  const before = await snapshotOf(kit);
  await expect(rotateApiKey(kit.ports, acme.owner, here(), proofOf(kit, toShow))).rejects.toMatchObject({ code: "step_up_mismatch" });
  await expect(showApiKey(kit.ports, acme.owner, here(), proofOf(kit, toRotate))).rejects.toMatchObject({ code: "step_up_mismatch" });
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  await expect(showApiKey(kit.ports, acme.owner, here(), { challengeId: toShow.challengeId, code: wrongCodeOf(kit, toShow) })).rejects.toMatchObject({ code: "step_up_wrong_code" });
  await showApiKey(kit.ports, acme.owner, here(), proofOf(kit, toShow));
  await expect(showApiKey(kit.ports, acme.owner, here(), proofOf(kit, toShow))).rejects.toMatchObject({ code: "step_up_spent" });
});

test("T16, T19: no row, mail or event holds it; what is sealed opens nowhere else, and a new encryption key seals it again", async () => {
  const key = await show();
  const everything = await kit.sql<{ line: string }>("SELECT k::text AS line FROM api_keys k UNION ALL SELECT o::text FROM outbox_mails o UNION ALL SELECT e::text FROM audit_events e");
  expect(everything.map(({ line }) => line).join("\n")).not.toContain(key.slice(4, 40));
  const [before] = await kit.sql<{ sealed_key: Buffer }>("SELECT sealed_key FROM api_keys WHERE subscription_id = $1", [acme.subscriptionId]);
  const rotated: Keyring = [{ version: 2, key: kit.ports.randomBytes(32) }, ...kit.ports.config.keyring];
  await rotateKeys(kit.ports, rotated);
  const [after] = await kit.sql<{ sealed_key: Buffer; key_version: number }>("SELECT sealed_key, key_version FROM api_keys WHERE subscription_id = $1", [acme.subscriptionId]);
  expect(after?.key_version).toBe(2);
  expect(after?.sealed_key).not.toEqual(before?.sealed_key);
  const newer = { ...kit.ports, config: { ...kit.ports.config, keyring: rotated } };
  expect((await showApiKey(newer, acme.owner, here(), proofOf(kit, await requestApiKey(newer, acme.owner, here(), "api-key.show")))).apiKey).toBe(key);
  const other = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  await kit.sql("INSERT INTO api_keys SELECT $1, sha256('x'), sealed_key, key_version, ending, created_at FROM api_keys WHERE subscription_id = $2", [other.subscriptionId, acme.subscriptionId]);
  const theirs = { subscriptionId: other.subscriptionId };
  await expect(showApiKey(newer, other.owner, theirs, proofOf(kit, await requestApiKey(newer, other.owner, theirs, "api-key.show")))).rejects.toThrow("does not open");
});

test("it goes when the instance is taken down, and the next instance gets another", async () => {
  await show();
  await takeDownOwnInstance(kit.ports, acme.owner, here());
  expect(await view()).toBeNull();
  await expect(requestApiKey(kit.ports, acme.owner, here(), "api-key.show")).rejects.toMatchObject({ code: "instance_not_ready" });
});
