/** What gateways ask at the same time is asked of the database once, and each gets the answer that is its own. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenHashOf } from "@/lib/auth/tokens";
import type { Database } from "@/lib/db/client";
import { openKit, type Kit } from "@/lib/testing/kit";
import { makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { authenticateGateway } from "@/lib/usecases/gateways/authenticate";
import { together } from "@/lib/usecases/gateways/together";

let kit: Kit;
let tenants: Tenant[];
beforeAll(async () => {
  kit = await openKit();
  tenants = [await makeTenant(kit), await makeTenant(kit), await makeTenant(kit)];
});
afterAll(() => kit.close());

/** The kit's database, and each statement that goes past a transaction. */
function counting(): { db: Database; statements: string[] } {
  const statements: string[] = [];
  const counted = new Proxy(kit.ports.db.read, {
    get: (target, key) => {
      if (key !== "$queryRaw" && key !== "$executeRaw") return Reflect.get(target, key);
      return (parts: TemplateStringsArray, ...values: unknown[]) => (statements.push(parts.join("?")), target[key](parts, ...values));
    },
  });
  return { db: { ...kit.ports.db, read: counted }, statements };
}

test("fifty credentials at once are looked up by one statement; each is its own gateway's, and a stranger's is nobody's", async () => {
  const { db, statements } = counting();
  const credentials = await Promise.all(
    tenants.map(async ({ gateway }) => {
      const credential = `pcg_${randomBytes(32).toString("base64url")}`;
      await kit.sql("UPDATE gateways SET credential_hash = $2, credential_made_at = now() WHERE id = $1", [gateway.id, Buffer.from(tokenHashOf(credential))]);
      return credential;
    }),
  );
  const asked = Array.from({ length: 50 }, (_, i) => authenticateGateway({ ...kit.ports, db }, credentials[i % 3], null));
  expect((await Promise.all(asked)).map(({ id }) => id)).toEqual(asked.map((_, i) => tenants[i % 3]!.gateway.id));
  expect(statements).toHaveLength(1);
  const mixed = [authenticateGateway({ ...kit.ports, db }, credentials[0], null), authenticateGateway({ ...kit.ports, db }, "pcg_nobody", null), authenticateGateway({ ...kit.ports, db }, undefined, null)];
  const [own, stranger, none] = await Promise.allSettled(mixed);
  expect(own).toMatchObject({ value: { id: tenants[0]!.gateway.id } });
  for (const refused of [stranger, none]) expect(refused).toMatchObject({ reason: { code: "gateway_unauthenticated" } });
});

test("presences of many are noted by one statement, the latest counts, and none goes back", async () => {
  const { db, statements } = counting();
  const [one, two] = tenants.map(({ gateway }) => gateway.id) as [string, string];
  const at = (seconds: number) => new Date(Date.UTC(2031, 0, 1, 0, 0, seconds));
  const all = together(db);
  await Promise.all([all.presences.ask({ gatewayId: two, at: at(1), agent: { version: "1.2.3", protocol: 2 } }), all.presences.ask({ gatewayId: one, at: at(2) }), all.presences.ask({ gatewayId: one, at: at(5) })]);
  expect(statements).toHaveLength(1);
  await all.presences.ask({ gatewayId: two, at: at(0) });
  const rows = await kit.sql<{ gateway_id: string; last_seen_at: Date; agent_version: string | null }>("SELECT gateway_id, last_seen_at, agent_version FROM gateway_presence WHERE gateway_id = ANY($1::uuid[])", [[one, two]]);
  const seen = new Map(rows.map((row) => [row.gateway_id, row]));
  expect(seen.get(one)?.last_seen_at).toEqual(at(5));
  expect(seen.get(two)).toMatchObject({ last_seen_at: at(1), agent_version: "1.2.3" });
});
