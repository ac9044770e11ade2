/** The pictures of README.md and docs/ that show a subscription at work: with SCREENSHOTS=docs/images they are written there. */
import { untilIssued } from "./support/add-flow";
import { addVirtualAuthenticator } from "./support/authenticator";
import { addClient } from "./support/clients";
import { addPasskey, addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { makePerson } from "./support/people";
import { DEVICES, look } from "./support/screens";

const SHARP = { ...DEVICES.desktop, deviceScaleFactor: 2 };

test("the clients of an instance, as a list, on a phone, about to be cut, and found by an operator", async ({ make, open, inbox, stack, store }) => {
  const tenant = await make.tenant({ name: "Acme Storage", instanceName: "Atlas" });
  const { owner } = tenant;
  const cleo = await makePerson(stack, store, { email: "cleo@acme.example" });
  await store.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [tenant.subscriptionId, cleo.userId]);
  const [macbook] = [await addClient(inbox, cleo, tenant, "Cleo’s MacBook"), await addClient(inbox, owner, tenant, "Backup server")];
  const thinkpad = await addClient(inbox, owner, tenant, "Old ThinkPad");
  const [, laptop] = [await addClient(inbox, owner, tenant, "Pixel 9"), await addClient(inbox, owner, tenant, "Sam’s laptop")];
  for (const [{ client }, secondsAgo] of [[macbook, 31], [laptop, 8]] as const) {
    await store.sql(
      "INSERT INTO client_sightings (client_id, latest_handshake_at, received_bytes, sent_bytes, observed_at) VALUES ($1, now() - $2 * interval '1 s', 3.1e7, 4.8e8, now()) ON CONFLICT (client_id) DO UPDATE SET latest_handshake_at = EXCLUDED.latest_handshake_at, received_bytes = EXCLUDED.received_bytes, sent_bytes = EXCLUDED.sent_bytes",
      [client.id, secondsAgo],
    );
  }
  await owner.api.post(`${tenant.apiPath}/clients/${thinkpad.client.id}/revoke`);
  const { page } = await open(owner.api, tenant.pagePath, SHARP);
  await expect(page.getByRole("row", { name: "Old ThinkPad" })).toContainText("Cut at the gateway in");
  await look(page, "clients", "desktop");

  const phone = await open(owner.api, tenant.pagePath, DEVICES.phone);
  await expect(phone.page.getByRole("row", { name: "Old ThinkPad" })).toContainText("Cut at the gateway in");
  await look(phone.page, "clients", "phone");
  await phone.page.getByRole("button", { name: "Revoke Sam’s laptop" }).tap();
  await expect(phone.page.getByRole("alertdialog")).toBeVisible();
  await look(phone.page, "revoke-question", "phone");

  const operator = await make.operator();
  const console = await open(operator.api, "/operator", SHARP);
  await console.page.getByRole("searchbox", { name: "Search all clients" }).or(console.page.getByRole("textbox", { name: "Search all clients" })).fill("Sam’s laptop");
  await expect(console.page.getByRole("row", { name: "Sam’s laptop" })).toBeVisible();
  await look(console.page, "found-client", "desktop");
  await cleo.api.dispose();
});

test("approving a new client, and connecting it", async ({ make, open, inbox }) => {
  const tenant = await make.tenant({ name: "Acme Storage", instanceName: "Atlas" });
  const { owner } = tenant;
  const app = await addPhone(inbox, owner);
  const { page } = await open(owner.api, `${tenant.pagePath}/clients/new`, SHARP);
  await addVirtualAuthenticator(page);
  await addPasskey(inbox, owner, page, { prove: app.proof });
  await page.reload();
  await page.getByRole("textbox", { name: "Nickname" }).fill("Pixel 9");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Use another way" }).click();
  await expect(page.getByRole("list", { name: "Other ways" })).toBeVisible();
  await look(page, "approve-ways", "desktop");
  await page.getByRole("button", { name: "Approve and add with a passkey" }).click();
  await untilIssued(page, "Pixel 9");
  await expect(page.getByText("Live at the gateway")).toBeVisible();
  await look(page, "connect", "desktop");
});
