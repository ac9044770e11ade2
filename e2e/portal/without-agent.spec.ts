/** An instance on a host without an agent: its pages say what is known, and never that anything is live or cut (product rule 4). */
import { randomBytes } from "node:crypto";
import { generateKeyPair } from "@/lib/core/keys";
import { addAgentlessGateway } from "@/lib/usecases/add-gateway";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { makeListCredential } from "@/lib/usecases/make-list-credential";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import type { ClientView, IssuedClientView } from "@/lib/usecases/views";
import { askForCode } from "./support/clients";
import { expect, test } from "./support/fixtures";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

test("a client there is fetched, and not confirmed; so is its revocation, on every page that shows it", async ({ make, open, store, inbox, stack }) => {
  const owner = await make.person({ role: "owner" });
  const { subscriptionId } = await createSubscription(store, { name: "Home lab", planCode: "team", ownerId: owner.userId });
  const name = `nas-${randomBytes(4).toString("hex")}`;
  const { gatewayId } = await addAgentlessGateway(store, { name, endpointHost: "192.0.2.77" });
  const { instanceId } = await provisionInstance(store, { subscriptionId, gatewayId, name: "NAS", subnetV4: "10.91.0.0/24", publicKey: generateKeyPair(random).publicKey });
  const { credential } = await makeListCredential(store, instanceId);
  const tenant = { apiPath: `/api/v1/subscriptions/${subscriptionId}`, pagePath: `/subscriptions/${subscriptionId}` };
  const stranger = await make.stranger();
  const fetchList = async (): Promise<string> => {
    const answer = await fetch(`${stack.portalUrl}/api/gateway/v1/wg.conf`, { headers: { authorization: `Bearer ${credential}` } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    return answer.text();
  };
  expect((await stranger.get("/api/gateway/v1/wg.conf")).status).toBe(401);

  // The whole way in the browser: without an agent nothing is sealed, so the file has no preshared key.
  const { page } = await open(owner.api, `${tenant.pagePath}/clients/new`);
  const after = await inbox.latest();
  await page.getByRole("textbox", { name: "Nickname" }).fill("Backup box");
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await page.getByRole("textbox", { name: "Code" }).fill(await inbox.codeFor(owner.email, { after }));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  const file = (await (await download.createReadStream()).toArray()).join("");
  expect(file).toContain("Endpoint = 192.0.2.77:51820");
  expect(file).not.toContain("PresharedKey");
  await expect(page.getByRole("region", { name: "Connection" }).or(page.getByLabel("Connection"))).toContainText("Waiting to be fetched since");

  await page.goto(tenant.pagePath);
  await expect(page.getByText("Nothing is confirmed here")).toBeVisible();
  const row = page.getByRole("row", { name: "Backup box" });
  await expect(row).toContainText("not live yet");
  const [client] = ((await owner.api.get(`${tenant.apiPath}/clients`)).body as { items: ClientView[] }).items;
  expect(await fetchList()).toContain(client?.publicKey ?? "no client");
  // The open page is told.
  await expect(row).toContainText(/Not confirmed\. List with it fetched .*, revision \d+/);

  await page.getByRole("button", { name: "Revoke Backup box" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Revoke Backup box?" });
  await expect(dialog).toContainText("which nobody confirms");
  await dialog.getByRole("button", { name: "Revoke access" }).click();
  await expect(row).toContainText("Waiting to be fetched since");
  await expect(row).toContainText("not cut yet");
  expect(await fetchList()).not.toContain("PublicKey");
  await expect(row).toContainText(/Not confirmed\. List without it fetched .*, revision \d+/);

  await page.getByRole("link", { name: "Backup box" }).click();
  await expect(page.getByRole("heading", { name: "Fetched, not confirmed" })).toBeVisible();
  await expect(page.getByText("The host runs no agent that could read its device back")).toBeVisible();
  for (const path of [`${tenant.pagePath}/clients/${client?.id}`, tenant.pagePath]) {
    await page.goto(path);
    await expect(page.getByText("Not confirmed").first()).toBeVisible();
    const said = await page.locator("main").innerText();
    for (const claim of [/cut at the gateway/i, /live at the gateway/i, /removed from the device/i]) expect(said).not.toMatch(claim);
  }

  const { page: console_ } = await open((await make.operator()).api, "/operator/gateways");
  const gateway = console_.getByRole("row", { name });
  await expect(gateway).toContainText("Never confirmed");
  await expect(gateway).toContainText("No agent; fetched");
});

test("a preshared key that nobody there could open is refused", async ({ make, store, inbox }) => {
  const owner = await make.person({ role: "owner" });
  const { subscriptionId } = await createSubscription(store, { name: "Home lab", planCode: "team", ownerId: owner.userId });
  const { gatewayId } = await addAgentlessGateway(store, { name: `nas-${randomBytes(4).toString("hex")}`, endpointHost: "192.0.2.77" });
  await provisionInstance(store, { subscriptionId, gatewayId, name: "NAS", subnetV4: "10.91.0.0/24", publicKey: generateKeyPair(random).publicKey });
  const approval = await askForCode(inbox, owner, { apiPath: `/api/v1/subscriptions/${subscriptionId}` } as Parameters<typeof askForCode>[2], "Box");
  expect(approval.challenge.sealTo).toBeNull();
  const body = { nickname: "Box", publicKey: generateKeyPair(random).publicKey, proof: { challengeId: approval.challenge.challengeId, code: approval.code } };
  // Version 1, and what would be an ephemeral key, a nonce and a box.
  const refused = await owner.api.post(`/api/v1/subscriptions/${subscriptionId}/clients`, { ...body, sealedPresharedKey: Buffer.concat([Buffer.from([1]), randomBytes(104)]).toString("base64") });
  expect([refused.status, (refused.body as { error: { code: string } }).error.code]).toEqual([422, "sealed_key_invalid"]);
  const issued = await owner.api.post(`/api/v1/subscriptions/${subscriptionId}/clients`, { ...body, sealedPresharedKey: null });
  expect([issued.status, (issued.body as IssuedClientView).client.hasPresharedKey]).toEqual([201, false]);
});
