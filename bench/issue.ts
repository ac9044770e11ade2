/**
 * Issuing one client over HTTP, one after another, on portals with 10, 1,000 and 100,000 clients. Each size has a portal and
 * a database of its own and they take turns, so that whatever else the machine does meets all alike.
 */
import { askForCode, issue, makeKeys, type ClientKeys, type Proved } from "@/bench/parts/browser";
import type { Person } from "@/bench/parts/people";
import { addClients } from "@/bench/parts/population";
import type { Portal } from "@/bench/parts/portal";
import { untilMailsAreSent } from "@/bench/parts/quiet";
import { figure, type Result } from "@/bench/parts/results";
import { confirmWithoutAgent, newGateway, newTenant, type Tenant } from "@/bench/parts/site";
import { summarise } from "@/bench/parts/statistics";
import type { World } from "@/bench/parts/world";

const TENANTS = 5;
/** A person may ask for 30 codes an hour. */
const CODES_PER_PERSON = 25;
const BLOCK = 10;

interface Site {
  clients: number;
  portal: Portal;
  tenants: Tenant[];
  taken: number;
  challengeMs: number[];
  issueMs: number[];
}

export async function measureIssue(world: World): Promise<Result> {
  const sizes = world.quick ? [10, 1_000, 10_000] : [10, 1_000, 100_000];
  const [warmUpBlocks, blocks] = world.quick ? [2, 4] : [5, 25];
  const sites: Site[] = [];
  for (const clients of sizes) sites.push(await world.progress.step(`Loading ${clients.toLocaleString("en")} clients`, () => makeSite(world, clients, (warmUpBlocks + blocks) * BLOCK)));
  await world.settleDatabases();
  for (const { portal } of sites) await portal.start();
  await world.progress.step("Issuing clients, one after another", async (note) => {
    for (let round = 0; round < warmUpBlocks + blocks; round += 1) {
      note(`${round + 1} of ${warmUpBlocks + blocks}`);
      for (let i = 0; i < sites.length; i += 1) await measureBlock(sites[(round + i) % sites.length]!, round >= warmUpBlocks);
    }
  });
  for (const { portal } of sites) await portal.stop();

  const largest = sites.at(-1)!;
  const ratio = summarise(largest.issueMs).median / summarise(sites[0]!.issueMs).median;
  return {
    figures: [
      ...sites.map(({ clients, challengeMs }) => figure({ name: `challenge.n${clients}`, what: "ask for a code", n: clients, values: challengeMs })),
      ...sites.map(({ clients, issueMs }) => figure({ name: `issue.n${clients}`, what: "issue a client", n: clients, values: issueMs, ...(clients === 100_000 ? { aim: { medianMs: 15 } } : {}) })),
    ],
    checks: [
      {
        name: "issue.ratio",
        what: `issue at ${largest.clients.toLocaleString("en")} compared with issue at 10`,
        value: Math.round(ratio * 100) / 100,
        aim: "≤ 1.3",
        met: ratio <= 1.3,
      },
    ],
  };
}

async function makeSite(world: World, clients: number, requests: number): Promise<Site> {
  const portal = await world.preparePortal(`issue_${clients}`);
  const gateway = await newGateway(portal, "bench");
  const peopleEach = Math.ceil(Math.max(requests / CODES_PER_PERSON, clients / 100) / TENANTS);
  const tenants: Tenant[] = [];
  for (let number = 1; number <= TENANTS; number += 1) tenants.push(await newTenant(portal, gateway.gatewayId, number, peopleEach));
  await confirmWithoutAgent(portal, gateway, tenants);
  const { sealedPresharedKey } = makeKeys(await boxKey(portal));
  for (const tenant of tenants) await addClients(portal, tenant, clients / TENANTS, { sealedPresharedKeys: [sealedPresharedKey], confirmed: true });
  await portal.sql.query("VACUUM ANALYZE");
  return { clients, portal, tenants, taken: 0, challengeMs: [], issueMs: [] };
}

async function boxKey({ sql }: Portal): Promise<string> {
  const { rows } = await sql.query<{ key: string }>("SELECT encode(box_public_key, 'base64') AS key FROM gateways");
  return rows[0]!.key;
}

/** Some codes, then, when their mails are on their way, the same number of clients. */
async function measureBlock(site: Site, counts: boolean): Promise<void> {
  const { portal } = site;
  const asked: { proved: Proved; keys: ClientKeys }[] = [];
  for (let i = 0; i < BLOCK; i += 1) {
    const { tenant, person } = nextPerson(site);
    const { proved, ms } = await askForCode(portal, person, tenant.subscriptionId);
    asked.push({ proved, keys: makeKeys(proved.sealTo) });
    if (counts) site.challengeMs.push(ms);
  }
  await untilMailsAreSent(portal);
  for (const { proved, keys } of asked) {
    const { ms } = await issue(portal, proved, keys);
    if (counts) site.issueMs.push(ms);
  }
  await untilMailsAreSent(portal);
}

function nextPerson(site: Site): { tenant: Tenant; person: Person } {
  const number = site.taken;
  site.taken += 1;
  const tenant = site.tenants[number % TENANTS]!;
  return { tenant, person: tenant.people[Math.floor(number / TENANTS) % tenant.people.length]! };
}
