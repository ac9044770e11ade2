import type { Locator, Page } from "@playwright/test";
import { CHAIN_START, verifyChain } from "@/lib/core/audit-chain";
import { listChains, readAuditForward } from "@/lib/db/audit";
import type { ClientView } from "@/lib/usecases/views";
import { addClient, errorCode } from "./support/clients";
import { openStream } from "./support/event-stream";
import { expect, test } from "./support/fixtures";

const rowOf = (page: Page, nickname: string): Locator => page.getByRole("row", { name: nickname });

async function revokeOnPage(page: Page, nickname: string): Promise<void> {
  await page.getByRole("button", { name: `Revoke ${nickname}` }).click();
  await page.getByRole("alertdialog", { name: `Revoke ${nickname}?` }).getByRole("button", { name: "Revoke access" }).click();
}

/** Every text that the row shows from now on, and a mark that a reload would wipe out. */
async function recordTexts(row: Locator): Promise<void> {
  await row.evaluate((element) => {
    const texts: string[] = [];
    new MutationObserver(() => texts.push(element.textContent ?? "")).observe(element, { subtree: true, childList: true, characterData: true });
    Object.assign(globalThis, { recordedTexts: texts });
  });
}

const recorded = (page: Page): Promise<string[]> => page.evaluate(() => (globalThis as { recordedTexts?: string[] }).recordedTexts ?? ["the page was loaded again"]);

test("an admin cuts a client: the page says Revoking…, then how fast the gateway cut it, on every open page and without a reload", async ({ home: tenant, make, open, inbox, store }) => {
  const [admin, member] = [await make.member(tenant, "admin"), await make.member(tenant, "member")];
  const { client } = await addClient(inbox, member, tenant, "Field laptop");
  const { page } = await open(admin.api, tenant.pagePath);
  const { page: elsewhere } = await open(member.api, tenant.pagePath);
  for (const each of [page, elsewhere]) {
    await expect(rowOf(each, "Field laptop")).toContainText("Live at the gateway");
    await recordTexts(rowOf(each, "Field laptop"));
  }

  await page.getByRole("button", { name: "Revoke Field laptop" }).click();
  await page.getByRole("button", { name: "Keep access" }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
  expect(((await admin.api.get(`${tenant.apiPath}/clients/${client.id}`)).body as ClientView).state).toBe("active");

  const after = await inbox.latest();
  await revokeOnPage(page, "Field laptop");
  await expect(rowOf(page, "Field laptop")).toContainText(/Cut at the gateway in \d+(\.\d)? m?s/);
  await expect(rowOf(elsewhere, "Field laptop")).toContainText(/Cut at the gateway in/);
  const shown = /Cut at the gateway in ([\d.]+ m?s)/.exec((await rowOf(page, "Field laptop").textContent()) ?? "")?.[1] ?? "";
  console.log(`    The gateway confirmed the cut after ${shown}`);
  const texts = await recorded(page);
  expect(texts.findIndex((text) => text.includes("Revoking…"))).toBeGreaterThanOrEqual(0);
  expect(texts.findIndex((text) => text.includes("Revoking…"))).toBeLessThan(texts.findIndex((text) => text.includes("Cut at the gateway in")));
  expect(await recorded(elsewhere)).not.toContain("the page was loaded again");
  await expect(page.getByRole("button", { name: "Revoke Field laptop" })).toHaveCount(0);
  await expect(rowOf(page, "Field laptop").getByRole("link", { name: "Field laptop" })).toBeFocused();

  const mail = await inbox.waitFor(member.email, { after, subject: "Field laptop lost access to Orchid" });
  expect(mail.text).toContain(`Revoked by: ${admin.email}`);
  expect(mail.text).toContain(`${tenant.pagePath}/clients/${client.id}`);

  await page.getByRole("link", { name: "Field laptop" }).click();
  await expect(page.getByRole("heading", { name: "How it was cut" })).toBeVisible();
  await expect(page.getByText("The gateway read its device back and told the portal.")).toBeVisible();
  await page.getByRole("link", { name: "Activity" }).click();
  await expect(page.getByText("Added the client “Field laptop”")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Revoked the client “Field laptop”." })).toContainText(admin.email);
  const { enforcement } = (await admin.api.get(`${tenant.apiPath}/clients/${client.id}`)).body as ClientView;
  await expect(page.getByText(`Confirmed that “Field laptop” is cut off, ${enforcement.tookMs} ms after the request.`)).toBeVisible();

  const [chain] = (await listChains(store.db.read)).filter(({ id }) => id === tenant.subscriptionId);
  const events = await readAuditForward(store.db.read, tenant.subscriptionId, 1000, 0);
  expect(verifyChain(events, { from: CHAIN_START, expected: { count: chain?.seq ?? 0, head: chain?.headHash ?? "" } })).toMatchObject({ ok: true, count: events.length });
});

test("a member sees and cuts their own clients, and hears of nobody else's", async ({ home: tenant, make, open, inbox }) => {
  const [mine, other] = [await make.member(tenant, "member"), await make.member(tenant, "member")];
  await addClient(inbox, mine, tenant, "My phone");
  const { client: theirs } = await addClient(inbox, other, tenant, "Their phone");
  const { page } = await open(mine.api, tenant.pagePath);
  await expect(rowOf(page, "My phone")).toContainText("Live at the gateway");
  await expect(page.getByText("Their phone")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Activity" })).toHaveCount(0);
  expect(errorCode(await mine.api.post(`${tenant.apiPath}/clients/${theirs.id}/revoke`))).toBe("not_found");
  await revokeOnPage(page, "My phone");
  await expect(rowOf(page, "My phone")).toContainText("Cut at the gateway in");
});

test("an event stream tells of its own tenant alone, a member of their own clients alone, and ends with the access (T4)", async ({ world: { tenant, foreign }, make, inbox, stack, store }) => {
  const [admin, mine, other] = [await make.member(tenant, "admin"), await make.member(tenant, "member"), await make.member(tenant, "member")];
  const stranger = await make.member(foreign, "admin");
  const [myClient, otherClient, foreignClient] = [await addClient(inbox, mine, tenant, "Mine"), await addClient(inbox, other, tenant, "Other's"), await addClient(inbox, stranger, foreign, "Foreign")];
  for (const [api, path] of [[mine.api, foreign.apiPath], [stranger.api, tenant.apiPath]] as const) expect(errorCode(await api.get(`${path}/events`))).toBe("not_found");

  const streams = {
    admin: await openStream(admin.api, stack.portalUrl, tenant.apiPath),
    mine: await openStream(mine.api, stack.portalUrl, tenant.apiPath),
    foreign: await openStream(stranger.api, stack.portalUrl, foreign.apiPath),
  };
  const about = ({ client }: { client: ClientView }) => JSON.stringify({ clientId: client.id });
  const [otherId, myId, foreignId] = [about(otherClient), about(myClient), about(foreignClient)];
  // One after the other: when the last has arrived, whatever the first sent to the wrong place has too.
  for (const [person, path, { client }] of [[other, tenant.apiPath, otherClient], [mine, tenant.apiPath, myClient], [stranger, foreign.apiPath, foreignClient]] as const) {
    expect((await person.api.post(`${path}/clients/${client.id}/revoke`)).status).toBe(200);
  }
  await streams.admin.until("the other's client", ({ data }) => data === otherId);
  await Promise.all([streams.admin.until("my client", ({ data }) => data === myId), streams.mine.until("my client", ({ data }) => data === myId), streams.foreign.until("the foreign client", ({ data }) => data === foreignId)]);
  const clientsIn = (events: { name: string; data: string }[]) => [...new Set(events.filter(({ name }) => name === "client").map(({ data }) => data))].sort();
  expect(clientsIn(streams.mine.events)).toEqual([myId]);
  expect(clientsIn(streams.foreign.events)).toEqual([foreignId]);
  expect(clientsIn(streams.admin.events)).toEqual([myId, otherId].sort());

  await store.sql("DELETE FROM memberships WHERE user_id = $1", [mine.userId]);
  await store.sql("UPDATE sessions SET revoked_at = now() WHERE user_id = $1", [stranger.userId]);
  const before = [streams.mine.events.length, streams.foreign.events.length];
  await store.sql("SELECT pg_notify('portcullis', $1), pg_notify('portcullis', $2)", [`subscription:${tenant.subscriptionId} ${myClient.client.id}`, `subscription:${foreign.subscriptionId} ${foreignClient.client.id}`]);
  await Promise.all([streams.mine.ended, streams.foreign.ended]);
  expect([streams.mine.events.length, streams.foreign.events.length]).toEqual(before);
  streams.admin.close();
});

test("while the gateway is away a revocation waits for it in plain words, and is confirmed when it is back", async ({ lab, make, open, inbox, store }) => {
  const tenant = await make.tenant({ gatewayId: lab.gatewayId });
  await addClient(inbox, tenant.owner, tenant, "Stranded");
  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await expect(rowOf(page, "Stranded")).toContainText("Live at the gateway");

  await lab.stopAgent("SIGKILL");
  // Twenty silent seconds make a gateway count as offline: they have passed. What the agent sent just before it was killed may still be on its way.
  await expect(async () => {
    await store.sql("UPDATE gateway_presence SET last_seen_at = now() - interval '25 s' WHERE gateway_id = $1", [lab.gatewayId]);
    await page.reload();
    await expect(page.getByText("The gateway isn’t answering")).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
  await page.getByRole("button", { name: "Revoke Stranded" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("loses access as soon as the gateway is back");
  await page.getByRole("button", { name: "Revoke access" }).click();
  await expect(rowOf(page, "Stranded")).toContainText(/Waiting for gateway since .* — not cut yet/);
  await expect(rowOf(page, "Stranded")).not.toContainText("Cut at the gateway");
  await page.evaluate(() => Object.assign(globalThis, { recordedTexts: [] }));

  await lab.startAgent();
  await expect(rowOf(page, "Stranded")).toContainText("Cut at the gateway in");
  await expect(page.getByText("The gateway isn’t answering")).toBeHidden();
  expect(await recorded(page)).toEqual([]);
});

test("an operator finds any client by nickname, owner, key or address, cuts it, and leaves a trace in the customer's own log", async ({ world: { tenant }, make, open, inbox, stack }) => {
  const owner = await make.member(tenant, "admin");
  const { client } = await addClient(inbox, owner, tenant, "Lost tablet");
  const operator = await make.operator();
  const { page } = await open(operator.api, "/");
  await expect(page).toHaveURL(`${stack.portalUrl}/operator`);
  const search = page.getByRole("textbox", { name: "Search all clients" }).or(page.getByRole("searchbox", { name: "Search all clients" }));
  for (const term of ["lost TAB", owner.email, client.publicKey, client.publicKey.slice(0, 12), client.addressV6]) {
    await search.fill(term);
    await expect(rowOf(page, "Lost tablet").filter({ hasText: owner.email }), term).toHaveCount(1);
    await search.fill("nothing of that name");
    await expect(page.getByText("No client matches")).toBeVisible();
  }
  await search.fill(client.publicKey);
  await expect(rowOf(page, "Lost tablet")).toContainText(tenant.name);
  const after = await inbox.latest();
  await revokeOnPage(page, "Lost tablet");
  await expect(rowOf(page, "Lost tablet")).toContainText("Cut at the gateway in");
  expect((await inbox.waitFor(owner.email, { after })).text).toContain(`Revoked by: ${operator.email}, an operator of the portal`);

  const { page: log } = await open(owner.api, `${tenant.pagePath}/activity`);
  await expect(log.getByRole("listitem").filter({ hasText: "Looked at this subscription as an operator." })).toContainText(operator.email);
  await expect(log.getByRole("listitem").filter({ hasText: "Revoked the client “Lost tablet”." })).toContainText("Operator");
});
