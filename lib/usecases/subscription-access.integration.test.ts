/** What a change's right rests on can't be older than the change. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openKit, type Kit } from "@/lib/testing/kit";
import { addMember, makeTenant, prepareIssue, proofOf } from "@/lib/testing/tenancy";
import { requestSharedConfigRelaxation, setSharedConfigPolicy } from "@/lib/usecases/shared-config-policy";

let kit: Kit;
beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());

test("T2: a member who is removed while their request waits for the subscription adds nothing", async () => {
  const acme = await makeTenant(kit);
  const ada = await addMember(kit, acme, "member");
  const { issue } = await prepareIssue(kit, ada, acme.subscriptionId);
  const removed = await kit.ports.db.transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${acme.subscriptionId}::uuid FOR UPDATE`;
    await tx.$executeRaw`DELETE FROM memberships WHERE subscription_id = ${acme.subscriptionId}::uuid AND user_id = ${ada.userId}::uuid`;
    const issued = issue().then(
      () => "issued",
      (error: { code?: string }) => error.code,
    );
    await vi.waitFor(async () => expect(await kit.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).toHaveLength(1), { timeout: 60_000 });
    return { issued };
  });
  expect(await removed.issued).toBe("not_found");
  expect(await kit.sql("SELECT id FROM access_clients")).toEqual([]);
});

test("T2: an admin who is removed while their request waits for the subscription relaxes none of its policies", async () => {
  const acme = await makeTenant(kit);
  const input = { subscriptionId: acme.subscriptionId };
  await setSharedConfigPolicy(kit.ports, acme.owner, { ...input, sharedConfig: "suspend" }, null);
  const ada = await addMember(kit, acme, "admin");
  const proof = proofOf(kit, await requestSharedConfigRelaxation(kit.ports, ada, input));
  const removed = await kit.ports.db.transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${acme.subscriptionId}::uuid FOR UPDATE`;
    await tx.$executeRaw`DELETE FROM memberships WHERE subscription_id = ${acme.subscriptionId}::uuid AND user_id = ${ada.userId}::uuid`;
    const relaxed = setSharedConfigPolicy(kit.ports, ada, { ...input, sharedConfig: "warn" }, proof).then(
      () => "relaxed",
      (error: { code?: string }) => error.code,
    );
    await vi.waitFor(async () => expect(await kit.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).toHaveLength(1), { timeout: 60_000 });
    return { relaxed };
  });
  expect(await removed.relaxed).toBe("not_found");
  expect(await kit.sql("SELECT shared_config_policy FROM subscriptions WHERE id = $1", [acme.subscriptionId])).toEqual([{ shared_config_policy: "suspend" }]);
});
