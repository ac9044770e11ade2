/** The first page after signing in: what each kind of person finds there, and how few steps lead on. */
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import type { Store } from "./support/store";
import type { Person } from "./support/people";
import type { Tenant } from "./support/tenants";

const askToJoin = (store: Store, { subscriptionId }: Pick<Tenant, "subscriptionId">, hostName: string) =>
  store.sql("INSERT INTO systems (id, subscription_id, public_key, host_name, asked_at, expires_at) VALUES ($1::uuid, $2, sha256(convert_to($1::uuid::text, 'UTF8')), $3, now(), now() + interval '1 day')", [store.newId(), subscriptionId, hostName]);
const ownWarranty = (store: Store, { userId }: Person, model: string, daysLeft: number) =>
  store.sql("INSERT INTO warranties (id, serial, model, starts_on, ends_on, imported_at, owner_id, registered_at) VALUES ($1, $2, $3, current_date - 700, current_date + $4::int, now(), $5, now())", [store.newId(), `SN-${store.newId().slice(0, 8)}`.toUpperCase(), model, daysLeft, userId]);

test("an admin with a phone cuts off a lost laptop two taps from the dashboard, and follows it there", async ({ make, open, inbox }) => {
  const tenant = await make.tenant({ name: "Two Taps" });
  const [admin, colleague] = [await make.member(tenant, "admin"), await make.member(tenant, "member")];
  await addClient(inbox, colleague, tenant, "Lost laptop");
  const { page } = await open(admin.api, "/", DEVICES.phone);
  await expect(page.getByText(/^All confirmed · heard /)).toBeVisible();
  await page.getByRole("link", { name: "Cut off a machine" }).tap();
  const revoke = page.getByRole("button", { name: "Revoke Lost laptop" });
  await expect(revoke).toBeInViewport({ ratio: 1 });
  await revoke.tap();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke access" }).tap();
  await expect(page.getByRole("row", { name: "Lost laptop" })).toContainText("Cut at the gateway in");
  await page.getByRole("link", { name: "Portcullis, home" }).tap();
  await expect(page.getByText("No machine can reach it yet.")).toBeVisible();
});

test("an open dashboard follows what happens: a machine that was added, a system that asks, a gateway that doesn't answer", async ({ make, open, inbox, lab, store }) => {
  const tenant = await make.tenant({ name: "Followed", gatewayId: lab.gatewayId });
  const { page } = await open(tenant.owner.api, "/");
  await expect(page.getByText("No machine can reach it yet.")).toBeVisible();
  const { client } = await addClient(inbox, tenant.owner, tenant, "Noticed");
  await expect(page.getByText("0 of 1")).toBeVisible();
  await askToJoin(store, tenant, "nas-01");
  await expect(page.getByRole("link", { name: "The system “nas-01” waits for approval" })).toBeVisible();

  await lab.stopAgent();
  await tenant.owner.api.post(`${tenant.apiPath}/clients/${client.id}/revoke`);
  const need = page.getByRole("link", { name: /^“Noticed” is not cut off yet/ });
  await expect(need).toBeVisible();
  await need.click();
  await expect(page).toHaveURL(new RegExp(`${tenant.pagePath}/clients/${client.id}$`));
});

test("a member finds their own machines, and nothing of what others have or decide", async ({ make, open, inbox, store }) => {
  const tenant = await make.tenant({ name: "Shared Roof" });
  const [member, colleague] = [await make.member(tenant, "member"), await make.member(tenant, "member")];
  await addClient(inbox, colleague, tenant, "Not yours");
  await askToJoin(store, tenant, "private-nas");
  await store.sql("UPDATE subscriptions SET billing_state = 'past_due', billing_until = now() + interval '5 days' WHERE id = $1", [tenant.subscriptionId]);
  const { page } = await open(member.api, "/");
  await expect(page.getByText("None of your machines can reach it yet.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Needs you" })).toHaveCount(0);
  await expect(page.getByText(/Not yours|private-nas|Systems online/)).toHaveCount(0);
  await page.getByRole("link", { name: "Add a machine" }).click();
  await expect(page.getByRole("textbox", { name: "Nickname" })).toBeVisible();
});

test("who has several subscriptions goes from one's page to the other's same page, and to the dashboard", async ({ make, open, store, stack }) => {
  const [pear, plum] = [await make.tenant({ name: "Pear" }), await make.tenant({ name: "Plum" })];
  await store.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [plum.subscriptionId, pear.owner.userId]);
  const { page } = await open(pear.owner.api, `${pear.pagePath}/billing`);
  const switchTo = async (from: string, name: string) => {
    // The page is there, and so is its menu, closed.
    await expect(page.getByRole("menu")).toHaveCount(0);
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Systems" })).toHaveCount(from === "Pear" ? 1 : 0);
    await page.getByRole("button", { name: `Subscription: ${from}` }).click();
    await page.getByRole("menuitem", { name }).press("Enter");
  };
  await switchTo("Pear", "Plum");
  await expect(page).toHaveURL(`${stack.portalUrl}${plum.pagePath}/billing`);
  // A member has no page of systems to go to.
  await page.goto(`${pear.pagePath}/systems`);
  await switchTo("Pear", "Plum");
  await expect(page).toHaveURL(`${stack.portalUrl}${plum.pagePath}`);
  await switchTo("Plum", "Dashboard");
  await expect(page).toHaveURL(`${stack.portalUrl}/`);
  await expect(page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Plum" }) })).toContainText("None of your machines can reach it yet.");
});

test("on a phone every page of a subscription is in reach of the thumb, and the open one in sight", async ({ make, open }) => {
  const tenant = await make.tenant({ name: "Narrow" });
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/billing`, { ...DEVICES.phone, viewport: { width: 320, height: 640 } });
  const nav = page.getByRole("navigation", { name: "Main" });
  await expect(nav.getByRole("link", { name: "Billing" })).toBeInViewport({ ratio: 1 });
  await nav.getByRole("link", { name: "Clients" }).focus();
  await expect(nav.getByRole("link", { name: "Clients" })).toBeInViewport({ ratio: 1 });
  for (const name of ["Systems", "Service", "Members", "Activity", "Billing"]) {
    await page.keyboard.press("Tab");
    await expect(nav.getByRole("link", { name })).toBeFocused();
    await expect(nav.getByRole("link", { name })).toBeInViewport({ ratio: 1 });
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Billing" })).toBeVisible();
});

for (const [device, options] of Object.entries(DEVICES) as [Device, (typeof DEVICES)[Device]][]) {
  test(`the dashboard looks right with much to tell, with little, and with nothing: ${device}`, async ({ make, open, inbox, store }) => {
    const tenant = await make.tenant({ name: "Orchard Labs" });
    const { owner } = tenant;
    const [laptop, phone] = [await addClient(inbox, owner, tenant, "Studio laptop"), await addClient(inbox, owner, tenant, "Phone")];
    const sighting = "INSERT INTO client_sightings (client_id, latest_handshake_at, received_bytes, sent_bytes, observed_at) VALUES ($1, now(), 0, 0, now()) ON CONFLICT (client_id) DO UPDATE SET latest_handshake_at = now()";
    await store.sql(sighting, [laptop.client.id]);
    await store.sql("INSERT INTO client_traffic_hours SELECT $1, date_trunc('hour', now(), 'UTC') - n * interval '1 hour', 3e7 * (1 + n * 7 % 5), 4e8 * (1 + n * 11 % 9) FROM generate_series(1, 23) n", [laptop.client.id]);
    await store.sql("UPDATE access_clients SET shared_detected_at = now() - interval '20 minutes', shared_last_at = now() - interval '4 minutes' WHERE id = $1", [phone.client.id]);
    await askToJoin(store, tenant, "nas-01");
    for (const [name, change] of [
      ["Quince Analytics", "billing_state = 'past_due', billing_until = now() + interval '5 days'"],
      ["Medlar Research", "billing_state = 'trial', billing_until = now() + interval '12 days'"],
      ["Sorb Archive", "billing_state = 'suspended'"],
      ["Pear Locked", "two_factor_required = true"],
    ] as const) {
      const id = store.newId();
      await store.sql("INSERT INTO subscriptions (id, name, plan_id, billing_state, created_at) SELECT $1, $2, plan_id, 'active', now() FROM subscriptions WHERE id = $3", [id, name, tenant.subscriptionId]);
      await store.sql(`UPDATE subscriptions SET ${change} WHERE id = $1`, [id]);
      await store.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", [id, owner.userId]);
    }
    await ownWarranty(store, owner, "Filer 9000", 9);
    await ownWarranty(store, owner, "Filer 4000", 50);
    const { page } = await open(owner.api, "/", options);
    await expect(page.getByRole("heading", { name: "Warranties ending" })).toBeVisible();
    await look(page, "dashboard", device);

    const member = await make.member(tenant, "member");
    const theirs = await open(member.api, "/", options);
    await expect(theirs.page.getByText("None of your machines")).toBeVisible();
    await look(theirs.page, "dashboard-member", device);

    const invited = await make.person();
    await store.sql("INSERT INTO invitations (id, subscription_id, email, role, token_hash, invited_by_id, last_sent_at, created_at, expires_at) VALUES ($1::uuid, $2, $3, 'admin', sha256(convert_to($1::uuid::text, 'UTF8')), $4, now(), now(), now() + interval '1 day')", [store.newId(), tenant.subscriptionId, invited.email, owner.userId]);
    const empty = await open(invited.api, "/", options);
    await expect(empty.page.getByText("open the link in the mail")).toBeVisible();
    await look(empty.page, "dashboard-empty", device);
  });
}
