/** What a change's right rests on can't be older than the change. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openKit, type Kit } from "@/lib/testing/kit";
import { addMember, makeTenant, prepareIssue } from "@/lib/testing/tenancy";

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
