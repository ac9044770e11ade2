/** From "New subscription" to an instance, and what an operator's invoice does to access. */
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail, dialog } from "./support/security-page";
import type { Store } from "./support/store";

/** A plan on offer, of a name that no other test has. */
async function offerPlan(store: Store, name: string, trialDays: number): Promise<string> {
  const id = store.newId();
  await store.sql("INSERT INTO plans (id, code, name, price, currency, trial_days, grace_days, instance_size, max_members, created_at) VALUES ($1, $2, $3, 4900, 'EUR', $4, 7, '2 vCPU, 4 GB', 5, now())", [id, id.slice(0, 8), name, trialDays]);
  return id;
}

test("a fresh account takes out a plan, tries it, and sets up its instance with nobody's help", async ({ make, open, store, stack }) => {
  const [gateway] = await store.sql<{ gateway_id: string }>("SELECT gateway_id FROM instances WHERE id = $1", [stack.instance.id]);
  await store.sql("UPDATE gateway_presence SET last_seen_at = NULL WHERE gateway_id <> $1", [gateway?.gateway_id]);
  const name = `Trial ${store.newId().slice(0, 8)}`;
  await offerPlan(store, name, 14);
  const owner = await make.person();
  const { page } = await open(owner.api, "/");
  await expect(page.getByText("No subscription yet")).toBeVisible();
  await page.getByRole("link", { name: "New subscription" }).click();
  await page.getByRole("radio", { name }).click();
  await expect(page.getByText("can be tried for 14 days")).toBeVisible();
  await page.getByRole("textbox", { name: "Name" }).fill("Fresh Pear");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByText(/^Trial until /)).toBeVisible();
  await page.getByRole("button", { name: "Provision now" }).click();
  await expect(page.getByRole("button", { name: "Add client" })).toBeVisible();
  await page.getByRole("link", { name: "Billing", exact: true }).click();
  await expect(page.getByText("€49.00 a month")).toBeVisible();
  await expect(page.getByText("everything works for 7 days more")).toBeVisible();
  await page.getByRole("button", { name: "Cancel it" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the subscription" }).click();
  await expect(page.getByText(/^Cancelled as of /)).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel it" })).toHaveCount(0);
});

test("without a trial it waits for its invoice; an operator activates it with a proof, and the open page notices", async ({ make, open, store, inbox }) => {
  const planId = await offerPlan(store, `Invoice ${store.newId().slice(0, 8)}`, 0);
  const owner = await make.person();
  const taken = (await owner.api.post("/api/v1/subscriptions", { planId, name: `Invoiced ${store.newId().slice(0, 8)}` })).body as { id: string; name: string };
  const customer = await open(owner.api, `/subscriptions/${taken.id}`);
  await expect(customer.page.getByText("Waits for payment").first()).toBeVisible();
  await expect(customer.page.getByRole("button", { name: "Provision now" })).toHaveCount(0);

  const operator = await make.operator();
  const { page, watch } = await open(operator.api, "/operator/subscriptions");
  watch.expect(/status of 422/);
  await page.getByRole("textbox", { name: "Search subscriptions" }).fill(taken.name);
  await page.getByRole("link", { name: taken.name }).click();
  await page.getByLabel("Last day paid for").fill("2099-01-01");
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Activate" }).click();
  await expect(page.getByText("more than ten years away")).toBeVisible();
  await page.getByLabel("Last day paid for").fill("");
  await page.getByRole("button", { name: "Activate" }).click();
  await expect(dialog(page)).toContainText(`activate the subscription ${taken.name}`);
  await approveByMail(page, inbox, operator.email, { after, act: `activate the subscription ${taken.name}` });
  await expect(page.getByText("It goes on until it is cancelled.")).toBeVisible();
  await expect(customer.page.getByRole("button", { name: "Provision now" })).toBeVisible();
  await inbox.waitFor(owner.email, { after, subject: "is active" });
});

test("suspending cuts its clients, says so on every page of it, and is in the customer's own log", async ({ make, open, store, inbox }) => {
  const tenant = await make.tenant({ name: `Lapsed ${store.newId().slice(0, 8)}` });
  const { client } = await addClient(inbox, tenant.owner, tenant, "Laptop");
  const operator = await make.operator();
  const { page } = await open(operator.api, `${tenant.pagePath}/billing`);
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("with the same keys and addresses");
  await page.getByRole("alertdialog").getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByText("Suspended: nobody can connect")).toBeVisible();
  const customer = await open(tenant.owner.api, `${tenant.pagePath}/clients/${client.id}`);
  await expect(customer.page.getByText("Suspended: nobody can connect")).toBeVisible();
  for (const path of ["", "/activity", "/billing"]) {
    await customer.page.goto(`${tenant.pagePath}${path}`);
    await expect(customer.page.getByText("Suspended: nobody can connect")).toBeVisible();
  }
  const confirmed = async () => ((await tenant.owner.api.get(`${tenant.apiPath}/clients/${client.id}`)).body as { enforcement: { status: string } }).enforcement.status;
  await expect.poll(confirmed, { timeout: 60_000 }).toBe("confirmed");
  await customer.page.goto(`${tenant.pagePath}/activity`);
  await expect(customer.page.getByText("Suspended the subscription, and one client cut off.")).toBeVisible();
});

test("an operator adds a plan, changes it and takes it off the offer", async ({ make, open, store }) => {
  const operator = await make.operator();
  const name = `Small ${store.newId().slice(0, 8)}`;
  const { page, watch } = await open(operator.api, "/operator/plans");
  watch.expect(/status of 400/);
  await page.getByRole("button", { name: "Add a plan" }).click();
  await dialog(page).getByRole("textbox", { name: "Name" }).fill(name);
  await dialog(page).getByLabel("Price", { exact: true }).fill("9.5");
  await dialog(page).getByLabel("Currency").fill("E");
  await dialog(page).getByLabel("Members").fill("3");
  await dialog(page).getByRole("button", { name: "Add the plan" }).click();
  await expect(dialog(page).getByText("three letters")).toBeVisible();
  await dialog(page).getByLabel("Currency").fill("eur");
  await dialog(page).getByRole("button", { name: "Add the plan" }).click();
  const row = page.getByRole("row", { name });
  await expect(row).toContainText("€9.50 a month");
  await expect(row).toContainText("3 members");
  await row.getByRole("button", { name: "Edit" }).click();
  await dialog(page).getByLabel("Price", { exact: true }).fill("12");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("€12.00 a month");
  await row.getByRole("button", { name: "Retire" }).click();
  await expect(row).toContainText("Retired");
});

test("an operator makes a license key, shown once, and its customer redeems it, once", async ({ make, open, store, inbox }) => {
  const plan = `Boxed ${store.newId().slice(0, 8)}`;
  const planId = await offerPlan(store, plan, 0);
  const operator = await make.operator();
  const { page } = await open(operator.api, "/operator/licenses");
  await page.getByLabel("Plan", { exact: true }).selectOption({ label: plan });
  await page.getByLabel("Days").fill("90");
  await page.getByLabel("Note").fill("Order 4711");
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Make a key" }).click();
  await approveByMail(page, inbox, operator.email, { after, act: `make a license key for ${plan}` });
  const key = await page.locator("code", { hasText: /^PCL-/ }).innerText();
  await page.reload();
  await expect(page.getByRole("row", { name: `${plan}, 90 days` })).toContainText("Open");
  await expect(page.locator("code", { hasText: /^PCL-/ })).toHaveCount(0);

  const owner = await make.person();
  const ids = await Promise.all(["First", "Second"].map(async (name) => ((await owner.api.post("/api/v1/subscriptions", { planId, name })).body as { id: string }).id));
  const customer = await open(owner.api, `/subscriptions/${ids[0]}/billing`);
  customer.watch.expect(/status of 422/);
  await expect(customer.page.getByText("Waits for payment").first()).toBeVisible();
  await customer.page.getByRole("textbox", { name: "License key" }).fill(key.toLowerCase());
  await customer.page.getByRole("button", { name: "Redeem" }).click();
  await expect(customer.page.getByText("Active", { exact: true })).toBeVisible();
  await expect(customer.page.getByText("Waits for payment")).toHaveCount(0);
  await customer.page.goto(`/subscriptions/${ids[1]}/billing`);
  await customer.page.getByRole("textbox", { name: "License key" }).fill(key);
  await customer.page.getByRole("button", { name: "Redeem" }).click();
  await expect(customer.page.getByText("a key works once")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("row", { name: `${plan}, 90 days` })).toContainText("Redeemed by First");
});

for (const [device, options] of Object.entries(DEVICES) as [Device, (typeof DEVICES)[Device]][]) {
  test(`new subscription, billing and the operator's pages look right on a ${device}`, async ({ make, open, store }) => {
    await offerPlan(store, "Team", 14);
    await offerPlan(store, "Company", 0);
    const owner = await make.person();
    const first = await open(owner.api, "/?all=1", options);
    await look(first.page, "no-subscription", device);
    await first.page.goto("/subscriptions/new");
    await first.page.getByRole("textbox", { name: "Name" }).fill("Orchard Labs");
    await look(first.page, "new-subscription", device);
    const tenant = await make.tenant({ name: "Orchard Labs" });
    await store.sql("UPDATE subscriptions SET billing_state = 'past_due', billing_until = now() + interval '5 days' WHERE id = $1", [tenant.subscriptionId]);
    const billing = await open(tenant.owner.api, `${tenant.pagePath}/billing`, options);
    await look(billing.page, "billing", device);
    const operator = await make.operator();
    const console = await open(operator.api, `${tenant.pagePath}/billing`, options);
    await look(console.page, "billing-operator", device);
    await console.page.goto("/operator/subscriptions");
    await look(console.page, "operator-subscriptions", device);
    await console.page.goto("/operator/licenses");
    await look(console.page, "operator-licenses", device);
    await console.page.goto("/operator/plans");
    await look(console.page, "operator-plans", device);
    await console.page.getByRole("button", { name: "Add a plan" }).click();
    await look(console.page, "operator-plan", device);
  });
}
