/** Paying by card, on a page that stands in for Stripe's: there, back, and out again. */
import { bringUpClient, execIn } from "@/e2e/tunnel/netns";
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { dialog } from "./support/security-page";
import type { Store } from "./support/store";

/** A plan on offer that can be paid for by card. */
async function offerPlan(store: Store, name: string, trialDays = 0): Promise<string> {
  const id = store.newId();
  await store.sql("INSERT INTO plans (id, code, name, price, currency, trial_days, grace_days, card_price, created_at) VALUES ($1, $2, $3, 4900, 'EUR', $4, 7, 'price_monthly', now())", [id, id.slice(0, 8), name, trialDays]);
  return id;
}

test("a customer pays by card with nobody's help, manages the payment, cancels it, and takes that back", async ({ make, open, store, stack, inbox }) => {
  const owner = await make.person();
  const planId = await offerPlan(store, `Card ${store.newId().slice(0, 8)}`);
  const taken = (await owner.api.post("/api/v1/subscriptions", { planId, name: "Paid Pear" })).body as { id: string };
  const after = await inbox.latest();
  const { page } = await open(owner.api, `/subscriptions/${taken.id}/billing`);
  await expect(page.getByText("by card, or by invoice")).toBeVisible();
  await page.getByRole("button", { name: "Pay by card" }).click();
  await expect(page.getByRole("heading", { name: "Pay with a card" })).toBeVisible();
  expect(page.url()).toContain(stack.stripeUrl);
  await page.getByRole("button", { name: "Pay" }).click();
  await expect(page.getByText("Next payment", { exact: true })).toBeVisible();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  // Loaded again, it asks for nothing.
  await expect(page).toHaveURL(`${stack.portalUrl}/subscriptions/${taken.id}/billing`);
  await expect(page.getByRole("button", { name: "Pay by card" })).toHaveCount(0);
  await inbox.waitFor(owner.email, { after, subject: "is active" });

  await page.getByRole("button", { name: "Manage payment" }).click();
  await expect(page.getByRole("heading", { name: "Your payment" })).toBeVisible();
  await page.getByRole("link", { name: "Return" }).click();

  await page.getByRole("button", { name: "Cancel it" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("Nothing more is taken from the card.");
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the subscription" }).click();
  await expect(page.getByText(/^Cancelled as of /)).toBeVisible();
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByText(/^Cancelled as of /)).toBeHidden();
  await expect(page.getByText("The card is charged then, and it goes on.")).toBeVisible();
  await page.goto(`/subscriptions/${taken.id}/activity`);
  await expect(page.getByText(/^Paid for the subscription by card, until /).first()).toBeVisible();
});

test("a subscription that lapses cuts the tunnel by itself; paid for by card, the same tunnel carries again, with the same file", async ({ lab, make, open, store, inbox }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId, subnetV4: "10.97.0.0/24" });
  await store.sql("UPDATE subscriptions SET plan_id = $2 WHERE id = $1", [tenant.subscriptionId, await offerPlan(store, `Lapse ${store.newId().slice(0, 8)}`)]);
  const { client, config } = await addClient(inbox, tenant.owner, tenant, "Only laptop");
  const machine = await lab.addMachine("lapse");
  const tunnel = await bringUpClient(machine, config);
  const reaches = () => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", "10.97.0.1"]).then(() => true, () => false);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);

  // The last of the days of grace is over.
  await store.sql("UPDATE subscriptions SET billing_state = 'past_due', billing_until = now() WHERE id = $1", [tenant.subscriptionId]);
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/billing`);
  await expect(page.getByText("Suspended: nobody can connect")).toBeVisible();
  const enforced = async () => ((await tenant.owner.api.get(`${tenant.apiPath}/clients/${client.id}`)).body as { state: string; enforcement: { status: string } });
  await expect.poll(async () => (await enforced()).enforcement.status, { timeout: 60_000 }).toBe("confirmed");
  expect(await enforced()).toMatchObject({ state: "suspended" });
  expect(await reaches()).toBe(false);

  await page.getByRole("button", { name: "Pay by card" }).click();
  await page.getByRole("button", { name: "Pay" }).click();
  await expect(page.getByText("Next payment", { exact: true })).toBeVisible();
  // Nothing was done on the machine: its tunnel shakes hands anew by itself.
  await expect.poll(reaches, { timeout: 120_000 }).toBe(true);
  expect(await enforced()).toMatchObject({ state: "active", publicKey: client.publicKey, addressV4: client.addressV4, addressV6: client.addressV6 });
  // And from the start, with the file that was downloaded before.
  await tunnel.down();
  await bringUpClient(machine, config);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);
});

test("an operator gives a plan its price at Stripe; a wrong one is refused in words", async ({ make, open, store }) => {
  const operator = await make.operator();
  const name = `Priced ${store.newId().slice(0, 8)}`;
  const { page, watch } = await open(operator.api, "/operator/plans");
  watch.expect(/status of 400/);
  await page.getByRole("button", { name: "Add a plan" }).click();
  await dialog(page).getByRole("textbox", { name: "Name" }).fill(name);
  await dialog(page).getByLabel("Price", { exact: true }).fill("48");
  await dialog(page).getByLabel("Price at Stripe").fill("price_monthly");
  await dialog(page).getByRole("button", { name: "Add the plan" }).click();
  await expect(dialog(page).getByText("49.00 EUR at Stripe, and this plan’s is 48.00 EUR")).toBeVisible();
  await dialog(page).getByLabel("Price", { exact: true }).fill("49");
  await dialog(page).getByRole("button", { name: "Add the plan" }).click();
  await expect(page.getByRole("row", { name })).toContainText("By card");
});

for (const [device, options] of Object.entries(DEVICES) as [Device, (typeof DEVICES)[Device]][]) {
  test(`paying by card, and what was cancelled, look right on a ${device}`, async ({ make, open, store }) => {
    const planId = await offerPlan(store, "Team", 14);
    const owner = await make.person();
    const taken = (await owner.api.post("/api/v1/subscriptions", { planId, name: "Orchard Labs" })).body as { id: string };
    const { page } = await open(owner.api, `/subscriptions/${taken.id}/billing`, options);
    await expect(page.getByText("The first payment is on")).toBeVisible();
    await look(page, "billing-card", device);
    await page.getByRole("button", { name: "Pay by card" }).click();
    await page.getByRole("button", { name: "Pay" }).click();
    await expect(page.getByText("Next payment", { exact: true })).toBeVisible();
    await look(page, "billing-card-paid", device);
    await store.sql("UPDATE subscriptions SET billing_state = 'cancelled', billing_until = now() + interval '20 days' WHERE id = $1", [taken.id]);
    await page.reload();
    await expect(page.getByRole("button", { name: "Keep it" })).toBeVisible();
    await look(page, "billing-cancelled", device);
  });
}
