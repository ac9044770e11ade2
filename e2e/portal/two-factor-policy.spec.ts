/** A subscription that requires two factors: turned on with a question, off with a proof; members are walked to a second factor. */
import { addVirtualAuthenticator } from "./support/authenticator";
import { errorCode } from "./support/clients";
import { addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { appCodeField, approveByApp, approveByMail, dialog, phoneFromPage, section } from "./support/security-page";

test("once two factors are required, a member without one is walked through setting up an authenticator app, and gets in", async ({ make, open, inbox, store }) => {
  const tenant = await make.tenant({ name: "Strict Orchard" });
  const member = await make.member(tenant, "member");
  const ownersPhone = await addPhone(inbox, tenant.owner);
  const { page: owners } = await open(tenant.owner.api, `${tenant.pagePath}/settings`);
  await owners.getByRole("button", { name: "Require two factors" }).click();
  await expect(owners.getByRole("alertdialog")).toContainText("Who has none is walked through setting one up.");
  await owners.getByRole("alertdialog").getByRole("button", { name: "Require two factors" }).click();
  await expect(owners.getByRole("heading", { name: "Two factors required: on" })).toBeVisible();

  expect(errorCode(await member.api.get(tenant.apiPath))).toBe("two_factor_required");
  const { page } = await open(member.api, tenant.pagePath);
  await expect(page).toHaveURL(new RegExp(`/security/two-factor\\?callbackUrl=${encodeURIComponent(tenant.pagePath)}$`));
  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, member.email, { after, act: "add the authenticator app" });
  await expect(page.getByText("Scan this with your authenticator app")).toBeVisible();
  const phone = await phoneFromPage(page);
  await page.getByRole("textbox", { name: "Type the code that the app shows now" }).fill(await phone.code());
  await page.getByRole("checkbox", { name: "I saved them somewhere safe" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("Add a second one as a backup")).toBeVisible();
  await page.getByRole("button", { name: "Not now, go on" }).click();
  await expect(page).toHaveURL(new RegExp(`${tenant.pagePath}$`));
  await expect(page.getByText("No clients yet")).toBeVisible();
  expect((await member.api.get(tenant.apiPath)).status).toBe(200);

  // A new session of the member has shown one factor again, and a member with one confirms with it.
  const session = await make.session(member);
  const { page: later } = await open(session, tenant.pagePath);
  await later.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog(later)).toContainText("confirm this session with a second factor");
  await later.getByRole("button", { name: "Use another way" }).click();
  await expect(later.getByRole("list", { name: "Other ways" }).getByRole("button")).toHaveText([/Recovery code/]);
  await later.getByRole("button", { name: "Use another way" }).click();
  await appCodeField(later).fill(await phone.code());
  await later.keyboard.press("Enter");
  await expect(later).toHaveURL(new RegExp(`${tenant.pagePath}$`));

  // Off takes a proof.
  const before = () => store.sql("SELECT two_factor_required FROM subscriptions WHERE id = $1", [tenant.subscriptionId]);
  expect((await tenant.owner.api.send("PATCH", `${tenant.apiPath}/policy`, { twoFactorRequired: false })).status).toBe(400);
  expect(await before()).toEqual([{ two_factor_required: true }]);
  await owners.getByRole("button", { name: "Turn off" }).click();
  await approveByApp(owners, ownersPhone, "no longer require two factors in Strict Orchard");
  await expect(owners.getByRole("heading", { name: "Two factors required: off" })).toBeVisible();
  expect(await before()).toEqual([{ two_factor_required: false }]);
});

test("a passkey is set up on the way in just as well", async ({ make, open, inbox, store }) => {
  const tenant = await make.tenant({ name: "Keyed Orchard" });
  const member = await make.member(tenant, "member");
  await store.sql("UPDATE subscriptions SET two_factor_required = true WHERE id = $1", [tenant.subscriptionId]);
  const { page } = await open(member.api, "/signin");
  await addVirtualAuthenticator(page);
  await page.goto(`${tenant.pagePath}/clients/new`);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, member.email, { after, act: "add the passkey" });
  await page.getByRole("checkbox", { name: "I saved them somewhere safe" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Not now, go on" }).click();
  await expect(page).toHaveURL(new RegExp(`${tenant.pagePath}/clients/new$`));
  await expect(page.getByRole("textbox", { name: "Nickname" })).toBeVisible();
});

test("only owners and admins see and set what the subscription requires (T13)", async ({ make, open }) => {
  const tenant = await make.tenant();
  const [admin, member] = [await make.member(tenant, "admin"), await make.member(tenant, "member")];
  const { page: admins } = await open(admin.api, `${tenant.pagePath}/settings`);
  await expect(section(admins, "Two factors required: off")).toBeVisible();
  const { page: members } = await open(member.api, tenant.pagePath);
  await expect(members.getByText("No clients yet")).toBeVisible();
  await expect(members.getByRole("link", { name: "Settings" })).toHaveCount(0);
  expect(errorCode(await member.api.send("PATCH", `${tenant.apiPath}/policy`, { twoFactorRequired: true }))).toBe("forbidden");
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`the policy and the walk to a second factor are whole, light and dark: ${device}`, async ({ make, open, inbox, store }) => {
    const tenant = await make.tenant();
    const member = await make.member(tenant, "member");
    const { page: owners } = await open(tenant.owner.api, `${tenant.pagePath}/settings`, DEVICES[device]);
    await owners.getByRole("button", { name: "Require two factors" }).click();
    await expect(owners.getByRole("alertdialog")).toBeVisible();
    await look(owners, "policy-question", device);
    await owners.keyboard.press("Escape");
    await look(owners, "policy", device);
    // An open page would ask again, and be refused, as it should.
    await owners.close();
    await store.sql("UPDATE subscriptions SET two_factor_required = true WHERE id = $1", [tenant.subscriptionId]);
    const { page } = await open(member.api, tenant.pagePath, DEVICES[device]);
    await expect(page.getByRole("heading", { name: "Set up a second factor" })).toBeVisible();
    await look(page, "two-factor-choose", device);
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    await look(page, "two-factor-name", device);
    await addPhone(inbox, member);
    const { page: later } = await open(await make.session(member), tenant.pagePath, DEVICES[device]);
    await expect(later.getByRole("heading", { name: "Confirm with your second factor" })).toBeVisible();
    await look(later, "two-factor-confirm", device);
  });
}
