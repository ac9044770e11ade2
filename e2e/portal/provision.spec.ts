/** A new subscription gets its instance by its owner alone: a name, a network, and each step as the gateway takes it. */
import { createSubscription } from "@/lib/usecases/create-subscription";
import { errorCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import type { Person } from "./support/people";
import { DEVICES, type Device, look } from "./support/screens";
import type { Store } from "./support/store";

/** A subscription of theirs in which nothing is set up. */
async function subscribe(store: Store, owner: Person, name: string): Promise<{ pagePath: string; apiPath: string }> {
  const { subscriptionId } = await createSubscription(store, { name, planCode: "team", ownerId: owner.userId });
  return { pagePath: `/subscriptions/${subscriptionId}`, apiPath: `/api/v1/subscriptions/${subscriptionId}` };
}

/** Gateways of tests before are gone, however lately they were heard of. */
const forgetOthers = (store: Store, gatewayId: string) => store.sql("UPDATE gateway_presence SET last_seen_at = NULL WHERE gateway_id <> $1", [gatewayId]);
const gatewayOf = async (store: Store, instanceId: string): Promise<string> => (await store.sql<{ gateway_id: string }>("SELECT gateway_id FROM instances WHERE id = $1", [instanceId]))[0]?.gateway_id ?? "";

test("an owner chooses one of the networks offered, sees the instance come up, and can add a client at once", async ({ make, open, store, stack }) => {
  await forgetOthers(store, await gatewayOf(store, stack.instance.id));
  const owner = await make.person();
  const { pagePath, apiPath } = await subscribe(store, owner, "Fresh Orchard");
  const { page } = await open(owner.api, pagePath);
  await expect(page.getByRole("heading", { name: "Set up your instance" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Fresh Orchard");
  await page.getByRole("textbox", { name: "Name" }).fill("Pear");
  const offered = page.getByRole("radiogroup", { name: "Network" }).getByRole("radio");
  await expect(offered).toHaveCount(4);
  await expect(offered.first()).toBeChecked();
  await offered.nth(1).click();
  const subnet = await page.getByRole("radiogroup", { name: "Network" }).locator(".code-text").nth(1).innerText();
  await page.getByRole("button", { name: "Provision now" }).click();
  await expect(page.getByText("No clients yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add client" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Pear" })).toBeVisible();
  await expect(page.getByText(subnet, { exact: true })).toBeVisible();
  const { instance } = (await owner.api.get(apiPath)).body as { instance: { status: string; subnetV4: string; setup: unknown } };
  expect(instance).toMatchObject({ status: "ready", subnetV4: subnet, setup: null });
  expect(errorCode(await owner.api.post(`${apiPath}/instance`, { name: "Again", subnetV4: "10.73.9.0/24" }))).toBe("instance_exists");
});

test("a network of one's own is read as it is typed: what is wrong with it, who else uses it, how many machines it holds", async ({ make, open, store, stack }) => {
  await forgetOthers(store, await gatewayOf(store, stack.instance.id));
  const owner = await make.person();
  const { page, watch } = await open(owner.api, (await subscribe(store, owner, "Typed Orchard")).pagePath);
  watch.expect(/status of 422/);
  await page.getByRole("radio", { name: /Another one/ }).click();
  const field = page.getByRole("textbox", { name: "IPv4 network" });
  const provision = page.getByRole("button", { name: "Provision now" });
  await expect(provision).toBeDisabled();
  await field.fill("10.8.0.5/24");
  await expect(page.getByText("the network itself is 10.8.0.0/24")).toBeVisible();
  await field.fill("8.8.8.0/24");
  await expect(page.getByText("Choose a private network")).toBeVisible();
  await expect(provision).toBeDisabled();
  await field.fill("192.168.1.0/24");
  await expect(page.getByText("Also used by most home routers")).toBeVisible();
  await expect(provision).toBeEnabled();
  await field.fill("10.73.6.0/28");
  await expect(page.getByText("Room for 13 machines.")).toBeVisible();
  // What the portal alone can know is said beside the field too, and what was typed stays.
  const [gateway] = await store.sql<{ id: string; host: string }>("SELECT g.id, g.endpoint_host AS host FROM gateways g JOIN instances i ON i.gateway_id = g.id WHERE i.id = $1", [stack.instance.id]);
  await store.sql("UPDATE gateways SET endpoint_host = '10.73.6.9' WHERE id = $1", [gateway?.id]);
  try {
    await provision.click();
    await expect(page.getByText("holds the gateway's own address (10.73.6.9)")).toBeVisible();
    await expect(field).toHaveValue("10.73.6.0/28");
  } finally {
    await store.sql("UPDATE gateways SET endpoint_host = $2 WHERE id = $1", [gateway?.id, gateway?.host]);
  }
  await field.fill("10.73.7.0/28");
  await provision.click();
  await expect(page.getByText("No clients yet")).toBeVisible();
});

test("with the gateway away the steps wait, and go on by themselves once it is back; a member sees who can act", async ({ make, open, store, lab }) => {
  await forgetOthers(store, lab.gatewayId);
  const owner = await make.person();
  const { pagePath } = await subscribe(store, owner, "Waiting Orchard");
  await lab.stopAgent();
  const { page } = await open(owner.api, pagePath);
  await page.getByRole("button", { name: "Provision now" }).click();
  const steps = page.getByRole("list", { name: "Steps of setting up the instance" });
  await expect(steps.getByRole("listitem").first()).toContainText("Allocated");
  await expect(steps.getByRole("listitem").nth(1)).toContainText("The gateway picks it up as soon as it can be reached.");
  for (const device of ["desktop", "phone"] as Device[]) {
    const { page: seen } = await open(owner.api, pagePath, DEVICES[device]);
    await expect(seen.getByRole("list", { name: "Steps of setting up the instance" })).toBeVisible();
    await look(seen, "provisioning", device);
  }
  await lab.startAgent();
  await expect(page.getByText("No clients yet")).toBeVisible();
  await expect(steps).toBeHidden();
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`the page of a subscription without an instance, light and dark: ${device}`, async ({ make, open, store }) => {
    const owner = await make.person();
    const { pagePath } = await subscribe(store, owner, "Empty Orchard");
    const { page } = await open(owner.api, pagePath, DEVICES[device]);
    await page.getByRole("radio", { name: /Another one/ }).click();
    await page.getByRole("textbox", { name: "IPv4 network" }).fill("192.168.1.0/24");
    await expect(page.getByText("Also used by most home routers")).toBeVisible();
    await look(page, "provision", device);
  });
}
