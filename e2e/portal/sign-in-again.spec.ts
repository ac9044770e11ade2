/** "Sign in again every so many days": whose sign-in is too old loses the tunnel, and has it back by signing in. */
import { bringUpClient, execIn } from "@/e2e/tunnel/netns";
import { addClient, errorCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail } from "./support/security-page";

test("a member's tunnel dies when they have not signed in for long enough, a banner says so, and signing in brings it back with the same file", async ({ lab, make, open, inbox, store, stack }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId, subnetV4: "10.97.0.0/24", name: "Quiet Orchard" });
  const member = await make.member(tenant, "member");
  const { page: owners } = await open(tenant.owner.api, `${tenant.pagePath}/settings`);
  await owners.getByLabel("Members sign in again").selectOption({ label: "Every 30 days" });
  const card = owners.getByRole("region", { name: /^Sign in again/ }).or(owners.locator("[aria-labelledby=sign-in-again]"));
  await card.getByRole("button", { name: "Change" }).click();
  await owners.getByRole("alertdialog").getByRole("button", { name: "Ask for it" }).click();
  await expect(owners.getByRole("heading", { name: "Sign in again: every 30 days" })).toBeVisible();

  const { client, config } = await addClient(inbox, member, tenant, "Quiet laptop");
  const { page } = await open(member.api, `${tenant.pagePath}/clients/${client.id}`);
  const machine = await lab.addMachine("quiet");
  await bringUpClient(machine, config);
  const reaches = () => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", "10.97.0.1"]).then(() => true, () => false);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);

  // Thirty-one days go by, for what the portal remembers of the two.
  const after = await inbox.latest();
  await store.sql("UPDATE identities SET last_used_at = last_used_at - interval '31 days' WHERE user_id = $1", [member.userId]);
  await store.sql("UPDATE subscriptions SET sign_in_set_at = sign_in_set_at - interval '31 days' WHERE id = $1", [tenant.subscriptionId]);
  const mail = await inbox.waitFor(member.email, { after, subject: "Sign in again to bring your machine back to Quiet Orchard" });
  expect(mail.text).toContain(tenant.pagePath);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(false);
  await expect(page.getByText(/Cut at the gateway in/)).toBeVisible();
  await expect(page.getByText("Until you sign in again")).toBeVisible();
  expect(errorCode(await member.api.post(`${tenant.apiPath}/clients/challenge`, { nickname: "One more" }))).toBe("sign_in_again");

  await page.goto(tenant.pagePath);
  await expect(page.getByText("Sign in again to bring your machines back")).toBeVisible();
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "sign-in-again-banner", device);
    await owners.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(owners, "sign-in-again-policy", device);
  }
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByRole("button", { name: /^Continue with/ }).click();
  await page.waitForURL(`${stack.issuer}/**`);
  await page.getByText("Be somebody new").click();
  await page.getByRole("textbox", { name: "Address" }).fill(member.email);
  await page.getByLabel("Name", { exact: true }).fill(member.name);
  await page.getByRole("button", { name: "Sign in as this person" }).click();
  await expect(page).toHaveURL(stack.portalUrl + tenant.pagePath);
  await expect(page.getByText("Sign in again to bring your machines back")).toBeHidden();
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);
  await inbox.waitFor(member.email, { after, subject: "Your machine can connect to Quiet Orchard again" });

  // Asking for less takes a proof.
  await owners.getByLabel("Members sign in again").selectOption({ label: "Never" });
  const asked = await inbox.latest();
  await card.getByRole("button", { name: "Change" }).click();
  await approveByMail(owners, inbox, tenant.owner.email, { after: asked, act: "no longer ask members of Quiet Orchard to sign in again" });
  await expect(owners.getByRole("heading", { name: "Sign in again: never asked" })).toBeVisible();
});
