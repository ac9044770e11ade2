/** A client that is prepared for a colleague, whose key is born in the colleague's browser; and what a subscription asks of its members' clients. */
import type { Locator, Page } from "@playwright/test";
import type { Inbox } from "@/e2e/stack/fixtures";
import { bringUpClient, execIn } from "@/e2e/tunnel/netns";
import { decodeBase64 } from "@/lib/core/base64";
import { parseClientConfig } from "@/lib/core/client-config";
import { publicKeyOf } from "@/lib/core/keys";
import type { ClientView, Page as Listed } from "@/lib/usecases/views";
import { download, untilIssued } from "./support/add-flow";
import { addClient, errorCode } from "./support/clients";
import { placesOf } from "./support/custody";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail, section } from "./support/security-page";

const GONE = /status of 410/;
const waiting = (page: Page, nickname: string): Locator => section(page, "Prepared").getByRole("listitem", { name: nickname });

/** On the members page. @returns the link in the mail */
async function prepare(page: Page, inbox: Inbox, { by, to, nickname }: { by: string; to: string; nickname: string }): Promise<URL> {
  const form = section(page, "Prepare a client for a colleague");
  await form.getByRole("combobox", { name: "For" }).selectOption(to);
  await form.getByRole("textbox", { name: "Name of the machine" }).fill(nickname);
  const after = await inbox.latest();
  await form.getByRole("button", { name: "Prepare" }).click();
  await approveByMail(page, inbox, by, { after, act: `prepare the client “${nickname}” for ${to}` });
  await expect(waiting(page, nickname)).toContainText(`waiting for ${to}`);
  return linkIn((await inbox.waitFor(to, { after, subject: `prepared a client for you: ${nickname}` })).text);
}

function linkIn(text: string): URL {
  const link = /\S+\/enrolment#token=[\w-]{43}/.exec(text)?.[0];
  if (!link) throw new Error(`No link in: ${text}`);
  return new URL(link);
}

/** On the page that the link opens. */
async function add(page: Page, inbox: Inbox, email: string, nickname: string): Promise<void> {
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Add this client" }).click();
  await page.getByRole("textbox", { name: "Code", exact: true }).fill(await inbox.codeFor(email, { after, subject: `add the client “${nickname}”` }));
}

test("an owner prepares a client; its colleague opens the mail's link in another browser, proves who they are, and brings up the tunnel with a key that was born there", async ({ lab, make, open, inbox, stack, store }) => {
  const tenant = await make.tenant({ gatewayId: lab.gatewayId });
  const ann = await make.member(tenant, "member");
  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await page.getByRole("link", { name: "Members" }).click();
  const link = await prepare(page, inbox, { by: tenant.owner.email, to: ann.email, nickname: "Field laptop" });

  // Signed out, the link is remembered for the way through sign-in.
  const { page: hers, watch } = await open(null, link.pathname + link.hash);
  await expect(hers.getByRole("heading", { name: "A client was prepared for you" })).toBeVisible();
  expect(hers.url()).not.toContain("token");
  await hers.context().addCookies((await ann.api.storageState()).cookies);
  await hers.goto(`${stack.portalUrl}/enrolment`);
  await expect(hers.getByRole("heading", { name: "Add Field laptop?" })).toBeVisible();
  // Looking at it adds nothing.
  await expect(waiting(page, "Field laptop")).toBeVisible();
  expect(((await ann.api.get(`${tenant.apiPath}/clients`)).body as Listed<ClientView>).items).toEqual([]);

  await add(hers, inbox, ann.email, "Field laptop");
  await untilIssued(hers, "Field laptop");
  const file = await download(hers);
  const token = link.hash.slice("#token=".length);
  expect(watch.requests.some(({ url, headers }) => `${url} ${JSON.stringify(headers)}`.includes(token))).toBe(false);
  const { fields, keys } = parseClientConfig(file.text);
  const { items } = (await tenant.owner.api.get(`${tenant.apiPath}/clients`)).body as Listed<ClientView>;
  expect(items).toMatchObject([{ nickname: "Field laptop", ownerEmail: ann.email, state: "active", hasPresharedKey: true, publicKey: keys.privateKey && publicKeyOf(keys.privateKey) }]);
  expect(fields.addresses).toEqual([`${items[0]?.addressV4}/32`, `${items[0]?.addressV6}/128`]);
  expect(await placesOf(decodeBase64(keys.privateKey?.reveal() ?? "") ?? new Uint8Array(), { store, stack, requests: watch.requests })).toEqual([]);
  await expect(hers.getByText("Live at the gateway")).toBeVisible();
  const machine = await lab.addMachine("field");
  await bringUpClient(machine, file.text);
  await execIn(machine, ["ping", "-n", "-c", "3", "-W", "5", "10.90.0.1"]);

  // The owner's page noticed by itself, the log names both, and the link is used up.
  await expect(section(page, "Prepared")).toHaveCount(0);
  await page.getByRole("link", { name: "Activity" }).click();
  await expect(page.getByText(`Prepared the client “Field laptop” for ${ann.email}.`)).toBeVisible();
  await expect(page.getByText(`which ${tenant.owner.email} had prepared.`)).toBeVisible();
  await hers.getByRole("link", { name: "Done" }).click();
  await expect(hers.getByRole("row", { name: "Field laptop" })).toBeVisible();
  const { page: later, watch: laterWatch } = await open(ann.api, link.pathname + link.hash);
  laterWatch.expect(GONE);
  await expect(later.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  await expect(later.getByText("This link was used")).toBeVisible();
});

test("under another address the link says so; withdrawn, it opens nothing; and a preparer who is demoted meanwhile takes it along, also from who is in the middle of it", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const [ann, admin] = [await make.member(tenant, "member"), await make.member(tenant, "admin")];
  const { page } = await open(admin.api, `${tenant.pagePath}/members`);
  const first = await prepare(page, inbox, { by: admin.email, to: ann.email, nickname: "Phone" });
  const { page: wrong } = await open(tenant.owner.api, first.pathname + first.hash);
  await expect(wrong.getByRole("heading", { name: "This link is for another address" })).toBeVisible();
  await expect(wrong.getByText(ann.email)).toHaveCount(0);
  await waiting(page, "Phone").getByRole("button", { name: "Withdraw" }).click();
  await expect(section(page, "Prepared")).toHaveCount(0);
  const { page: late, watch } = await open(ann.api, first.pathname + first.hash);
  watch.expect(GONE);
  await expect(late.getByText("“Phone” was withdrawn before you added it.")).toBeVisible();

  const second = await prepare(page, inbox, { by: admin.email, to: ann.email, nickname: "Tablet" });
  const { page: hers, watch: herWatch } = await open(ann.api, second.pathname + second.hash);
  herWatch.expect(GONE);
  const after = await inbox.latest();
  await hers.getByRole("button", { name: "Add this client" }).click();
  const code = await inbox.codeFor(ann.email, { after, subject: "add the client “Tablet”" });
  expect((await tenant.owner.api.post(`${tenant.apiPath}/members/${admin.userId}/demotion`, {})).status).toBe(200);
  await hers.getByRole("textbox", { name: "Code", exact: true }).fill(code);
  await expect(hers.getByText(`${admin.email} prepared this, and may no longer prepare clients in ${tenant.name}.`)).toBeVisible();
  expect(((await ann.api.get(`${tenant.apiPath}/clients`)).body as Listed<ClientView>).items).toEqual([]);
});

test("limits: a lower one takes a click and cuts nothing, usage shows everywhere, one more is refused in words, and a higher one takes a proof", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const ann = await make.member(tenant, "member");
  await addClient(inbox, ann, tenant, "Laptop");
  await addClient(inbox, ann, tenant, "Desktop");
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/settings`);
  const card = section(page, "Clients per member: not limited");
  await card.getByRole("button", { name: "Set a limit" }).click();
  await expect(page.getByRole("dialog", { name: "Clients per member" })).toContainText("Nothing is cut");
  await page.getByRole("spinbutton").fill("0");
  await page.getByRole("button", { name: "Set the limit" }).click();
  await expect(page.getByRole("dialog")).toContainText("A whole number from 1 to 1000.");
  await page.getByRole("spinbutton").fill("2");
  await page.getByRole("button", { name: "Set the limit" }).click();
  await expect(page.getByRole("heading", { name: "Clients per member: 2" })).toBeVisible();
  await section(page, "Longest lifetime of a client: not limited").getByRole("button", { name: "Set a limit" }).click();
  await page.getByRole("spinbutton").fill("30");
  await page.getByRole("button", { name: "Set the limit" }).click();
  await expect(page.getByRole("heading", { name: "Longest lifetime of a client: 30 days" })).toBeVisible();
  expect(((await ann.api.get(`${tenant.apiPath}/clients`)).body as Listed<ClientView>).items.map(({ state, expiresAt }) => [state, expiresAt])).toEqual([["active", null], ["active", null]]);

  const { page: hers, watch } = await open(ann.api, tenant.pagePath);
  await expect(hers.getByText("Yours: 2 of 2")).toBeVisible();
  await hers.getByRole("button", { name: "Add client" }).click();
  await expect(hers.getByText("You have 2 of 2 clients that each member may have here.")).toBeVisible();
  await expect(hers.getByText("A client gets at most 30 days at a time here.")).toBeVisible();
  watch.expect(/status of 409/);
  const after = await inbox.latest();
  await hers.getByRole("textbox", { name: "Nickname" }).fill("Tablet");
  await hers.getByRole("button", { name: "Mail me a code" }).click();
  await hers.getByRole("textbox", { name: "Code" }).fill(await inbox.codeFor(ann.email, { after, subject: "add the client “Tablet”" }));
  await expect(hers.getByText("You have as many clients as you may")).toBeVisible();
  await expect(hers.getByText(`${tenant.name} allows each member 2 clients, and you have 2.`)).toBeVisible();
  expect(errorCode(await tenant.owner.api.post(`${tenant.apiPath}/enrolments/challenge`, { email: ann.email, nickname: "Tablet" }))).toBe("member_limit_reached");

  const next = await inbox.latest();
  await page.getByRole("button", { name: "Change the limit on clients per member" }).click();
  await page.getByRole("spinbutton").fill("3");
  await page.getByRole("button", { name: "Set the limit" }).click();
  await approveByMail(page, inbox, tenant.owner.email, { after: next, act: `allow each member 3 clients in ${tenant.name}` });
  await expect(page.getByRole("heading", { name: "Clients per member: 3" })).toBeVisible();
  await page.getByRole("link", { name: "Members" }).click();
  await expect(section(page, "Members").getByRole("listitem", { name: ann.email })).toContainText("2 of 3 clients");
});

for (const [device, options] of Object.entries(DEVICES) as [Device, (typeof DEVICES)[Device]][]) {
  test(`preparing, enrolling and limits are whole, light and dark: ${device}`, async ({ make, open, inbox }) => {
    const tenant = await make.tenant();
    const ann = await make.member(tenant, "member");
    await addClient(inbox, ann, tenant, "Laptop");
    for (const [limit, most] of [["clientsPerMember", 2], ["clientDays", 30]] as const) expect((await tenant.owner.api.send("PATCH", `${tenant.apiPath}/policy/limits`, { limit, most })).status).toBe(200);
    const { page } = await open(tenant.owner.api, `${tenant.pagePath}/members`, options);
    const nickname = "A phone with a rather long name, in full";
    const link = await prepare(page, inbox, { by: tenant.owner.email, to: ann.email, nickname });
    await look(page, "members-prepared", device);
    await page.goto(page.url().replace(/\/members$/, ""));
    await expect(waiting(page, nickname)).toBeVisible();
    await look(page, "clients-prepared", device);
    await page.goto(`${page.url()}/settings`);
    await page.getByRole("button", { name: "Change the limit on the lifetime of a client" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await look(page, "limit-dialog", device);
    const { page: nobodys } = await open(null, link.pathname + link.hash, options);
    await expect(nobodys.getByRole("heading", { name: "A client was prepared for you" })).toBeVisible();
    await look(nobodys, "enrolment-signed-out", device);
    const { page: hers } = await open(ann.api, tenant.pagePath, options);
    await expect(waiting(hers, nickname)).toContainText("waiting for you");
    await look(hers, "clients-waiting-for-you", device);
    await hers.goto(link.href);
    await expect(hers.getByRole("button", { name: "Add this client" })).toBeVisible();
    await look(hers, "enrolment", device);
    const after = await inbox.latest();
    await hers.getByRole("button", { name: "Add this client" }).click();
    const code = await inbox.codeFor(ann.email, { after, subject: "add the client" });
    await expect(hers.getByRole("textbox", { name: "Code", exact: true })).toBeVisible();
    await look(hers, "enrolment-approve", device);
    await hers.getByRole("textbox", { name: "Code", exact: true }).fill(code);
    await untilIssued(hers, nickname);
    await expect(hers.getByText("Live at the gateway")).toBeVisible();
    await look(hers, "enrolment-file", device);
  });
}
