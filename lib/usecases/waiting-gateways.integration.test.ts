/** Gateways that wait are asked for together: who has news is woken, though its wake-up was lost, and nobody else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openKit, type Kit } from "@/lib/testing/kit";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { WaitingGateways } from "@/lib/usecases/waiting-gateways";

let kit: Kit;
let tenants: Tenant[];
beforeAll(async () => {
  kit = await openKit();
  tenants = [await makeTenant(kit), await makeTenant(kit), await makeTenant(kit)];
});
afterAll(() => kit.close());

test("one with news, and one that was cut off, are woken by a look; one without, and one that stopped waiting, are not", async () => {
  const queries: string[] = [];
  const woken: string[] = [];
  const db = kit.ports.db.read;
  const counted = new Proxy(db, { get: (target, key) => (key === "$queryRaw" ? (...args: Parameters<typeof db.$queryRaw>) => (queries.push("asked"), target.$queryRaw(...args)) : Reflect.get(target, key)) });
  // Looks only when told to.
  const waiting = new WaitingGateways(counted, (message) => expect.unreachable(message), 3_600_000);
  const [news, none, cut] = tenants.map(({ gateway }) => gateway);
  const since = async (id: string) => Number((await kit.sql<{ revision: string }>("SELECT revision FROM gateways WHERE id = $1", [id]))[0]?.revision);
  const leave: (() => void)[] = [];
  for (const [name, gateway] of Object.entries({ news, none, cut })) leave.push(waiting.add({ gatewayId: gateway!.id, since: await since(gateway!.id), wake: () => woken.push(name) }));
  const stopped = waiting.add({ gatewayId: news!.id, since: -1, wake: () => woken.push("stopped") });
  stopped();
  await waiting.look();
  expect(woken).toEqual([]);
  await addClient(kit, tenants[0]!.owner, tenants[0]!.subscriptionId);
  await kit.sql("UPDATE gateways SET credential_hash = NULL, credential_made_at = NULL, enrolled_at = NULL, cut_off_at = now() WHERE id = $1", [cut!.id]);
  queries.length = 0;
  await waiting.look();
  expect(woken.sort()).toEqual(["cut", "news"]);
  // However many wait.
  expect(queries).toHaveLength(1);
  for (const stop of leave) stop();
});
