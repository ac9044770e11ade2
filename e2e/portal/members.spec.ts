/** Members: invited by mail, promoted, removed with their clients, and the subscription handed over. */
import type { Locator, Page } from "@playwright/test";
import type { Inbox } from "@/e2e/stack/fixtures";
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { uniqueAddress } from "./support/people";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail, section } from "./support/security-page";

const row = (page: Page, email: string): Locator => page.getByRole("listitem", { name: email });
const ask = (page: Page, name: string | RegExp): Locator => page.getByRole("alertdialog", { name });

async function linkFor(inbox: Inbox, email: string, after: number): Promise<URL> {
  const mail = await inbox.waitFor(email, { after, subject: "invites you to" });
  const link = /\S+\/invitation#token=[\w-]{43}/.exec(mail.text)?.[0];
  if (!link) throw new Error(`No link in: ${mail.text}`);
  return new URL(link);
}

test("somebody without an account is invited by mail, signs in on the way, and joins with a button; opening the link joins nobody", async ({ make, open, inbox, stack }) => {
  const tenant = await make.tenant();
  const email = uniqueAddress("ivy");
  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await page.getByRole("link", { name: "Members" }).click();
  await expect(row(page, tenant.owner.email)).toContainText("owner");
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Invite" }).click();
  await approveByMail(page, inbox, tenant.owner.email, { after, act: `invite ${email} to ${tenant.name}` });
  await expect(section(page, "Invited").getByRole("listitem", { name: email })).toBeVisible();
  const link = await linkFor(inbox, email, after);

  const { page: hers, watch } = await open(null, link.pathname + link.hash);
  await expect(hers.getByRole("heading", { name: "You are invited" })).toBeVisible();
  expect(hers.url()).not.toContain("token");
  // By the provider, and back: the link is remembered in this tab.
  const ivy = await make.person({ email });
  await hers.context().addCookies((await ivy.api.storageState()).cookies);
  await hers.goto(`${stack.portalUrl}/invitation`);
  await expect(hers.getByRole("heading", { name: `Join ${tenant.name}?` })).toBeVisible();
  expect(watch.requests.some(({ url, headers }) => `${url} ${JSON.stringify(headers)}`.includes(link.hash.slice(7)))).toBe(false);
  await expect(section(page, "Invited").getByRole("listitem", { name: email })).toBeVisible();
  await hers.getByRole("button", { name: "Join" }).click();
  await expect(hers).toHaveURL(new RegExp(`${tenant.pagePath}$`));
  // The owner's page learns of it by itself.
  await expect(section(page, "Members").getByRole("listitem", { name: email })).toContainText("member");
  await expect(section(page, "Invited")).toHaveCount(0);

  const { page: later, watch: laterWatch } = await open(ivy.api, link.pathname + link.hash);
  laterWatch.expect(/status of 410/);
  await expect(later.getByRole("heading", { name: "This invitation no longer stands" })).toBeVisible();
});

test("under another address the link says so, and withdrawn it opens nothing", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const [email, thief] = [uniqueAddress("joe"), await make.person()];
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/members`);
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  await page.getByLabel("Role").selectOption("admin");
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Invite" }).click();
  await approveByMail(page, inbox, tenant.owner.email, { after, act: `invite ${email}` });
  const link = await linkFor(inbox, email, after);
  const { page: wrong } = await open(thief.api, link.pathname + link.hash);
  await expect(wrong.getByRole("heading", { name: "This invitation is for another address" })).toBeVisible();
  await expect(wrong.getByRole("button", { name: "Join" })).toHaveCount(0);
  await expect(wrong.getByText(email)).toHaveCount(0);
  await page.getByRole("button", { name: `Withdraw the invitation of ${email}` }).click();
  await expect(section(page, "Invited")).toHaveCount(0);
  const joe = await make.person({ email });
  const { page: his, watch } = await open(joe.api, link.pathname + link.hash);
  watch.expect(/status of 410/);
  await expect(his.getByRole("heading", { name: "This invitation no longer stands" })).toBeVisible();
});

test("removing a member says how many clients will be cut, cuts them, and says when the gateway confirmed it", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const ann = await make.member(tenant, "member");
  await addClient(inbox, ann, tenant, "Field laptop");
  await addClient(inbox, ann, tenant, "Phone");
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/members`);
  await expect(row(page, ann.email)).toContainText("2 clients");
  await row(page, ann.email).getByRole("button", { name: "Remove" }).click();
  await expect(ask(page, `Remove ${ann.email}?`)).toContainText("2 clients will be cut, for good.");
  const after = await inbox.latest();
  await ask(page, `Remove ${ann.email}?`).getByRole("button", { name: "Remove" }).click();
  for (const nickname of ["Field laptop", "Phone"]) await expect(section(page, `Clients of ${ann.email}`).getByRole("listitem", { name: nickname })).toContainText(/Cut at the gateway in \d/);
  await expect(section(page, "Members").getByRole("listitem", { name: ann.email })).toHaveCount(0);
  expect((await inbox.waitFor(ann.email, { after, subject: `You were removed from ${tenant.name}` })).text).toContain("Your 2 clients there are revoked with it.");
  expect((await ann.api.get(tenant.apiPath)).status).toBe(404);
});

test("an owner promotes and demotes, hands the subscription over to who accepts it, and can leave then", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const ann = await make.member(tenant, "member");
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/members`);
  await expect(row(page, tenant.owner.email).getByRole("button", { name: "Leave" })).toHaveCount(0);
  const first = await inbox.latest();
  await row(page, ann.email).getByRole("button", { name: "Make admin" }).click();
  await approveByMail(page, inbox, tenant.owner.email, { after: first, act: `make ${ann.email} an admin` });
  await expect(row(page, ann.email).getByText("admin", { exact: true })).toBeVisible();
  await row(page, ann.email).getByRole("button", { name: "Make plain member" }).click();
  await ask(page, /plain member/).getByRole("button", { name: "Make plain member" }).click();
  await expect(row(page, ann.email).getByText("member", { exact: true })).toBeVisible();

  const second = await inbox.latest();
  await row(page, ann.email).getByRole("button", { name: "Hand over" }).click();
  await approveByMail(page, inbox, tenant.owner.email, { after: second, act: `hand ${tenant.name} over to ${ann.email}` });
  await expect(page.getByText(`${tenant.name} is offered to ${ann.email}`).first()).toBeVisible();

  const { page: hers } = await open(ann.api, `${tenant.pagePath}/members`);
  const third = await inbox.latest();
  await hers.getByRole("button", { name: "Accept" }).click();
  await approveByMail(hers, inbox, ann.email, { after: third, act: `become the owner of ${tenant.name}` });
  await expect(row(hers, ann.email).getByText("owner", { exact: true })).toBeVisible();
  await expect(row(page, tenant.owner.email).getByText("admin", { exact: true })).toBeVisible();
  await row(page, tenant.owner.email).getByRole("button", { name: "Leave" }).click();
  await ask(page, `Leave ${tenant.name}?`).getByRole("button", { name: "Leave" }).click();
  await expect(page).toHaveURL(/\/\?all=1$/);
  expect((await tenant.owner.api.get(tenant.apiPath)).status).toBe(404);
});

for (const [device, options] of Object.entries(DEVICES) as [Device, (typeof DEVICES)[Device]][]) {
  test(`members and invitations are whole, light and dark: ${device}`, async ({ make, open, inbox }) => {
    const tenant = await make.tenant();
    const [admin, ann] = [await make.member(tenant, "admin"), await make.member(tenant, "member")];
    await addClient(inbox, ann, tenant, "Field laptop");
    const email = uniqueAddress("somebody-with-a-rather-long-address");
    const { page } = await open(tenant.owner.api, `${tenant.pagePath}/members`, options);
    await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
    const after = await inbox.latest();
    await page.getByRole("button", { name: "Invite" }).click();
    await approveByMail(page, inbox, tenant.owner.email, { after, act: `invite ${email}` });
    await expect(section(page, "Invited")).toBeVisible();
    const next = await inbox.latest();
    await row(page, admin.email).getByRole("button", { name: "Hand over" }).click();
    await approveByMail(page, inbox, tenant.owner.email, { after: next, act: `hand ${tenant.name} over` });
    await expect(page.getByText(`${tenant.name} is offered to ${admin.email}`).first()).toBeVisible();
    await row(page, ann.email).getByRole("button", { name: "Remove" }).click();
    await expect(ask(page, `Remove ${ann.email}?`)).toBeVisible();
    await look(page, "members-remove", device);
    await ask(page, `Remove ${ann.email}?`).getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText(/Cut at the gateway in \d/)).toBeVisible();
    await look(page, "members", device);
    const link = await linkFor(inbox, email, after);
    const { page: nobodys } = await open(null, link.pathname + link.hash, options);
    await expect(nobodys.getByRole("heading", { name: "You are invited" })).toBeVisible();
    await look(nobodys, "invitation-signed-out", device);
    const { page: theirs } = await open((await make.person({ email })).api, link.pathname + link.hash, options);
    await expect(theirs.getByRole("button", { name: "Join" })).toBeVisible();
    await look(theirs, "invitation", device);
  });
}
