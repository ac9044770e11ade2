/** The file that the browser downloaded, on a machine of its own, against a real gateway: traffic flows, then stops. */
import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test as withStack, type Inbox } from "@/e2e/stack/fixtures";
import { COLLEAGUE, SUBSCRIBER, type Account } from "@/scripts/demo/accounts";
import { createClientMachine, type ClientMachine } from "@/scripts/demo/client-machine";
import { request, startTransfer } from "./http";

interface Fixtures {
  /** A machine that reaches the gateway and nothing else. */
  machine: () => Promise<ClientMachine>;
}

let machines = 100;

const test = withStack.extend<Fixtures>({
  machine: async ({ stack }, use) => {
    const { gateway } = stack;
    if (!gateway) throw new Error(`There is no gateway here: ${stack.missing.join("; ")}`);
    const made: ClientMachine[] = [];
    await use(async () => {
      const machine = await createClientMachine(`pt${randomBytes(3).toString("hex")}`, machines++, gateway.namespace, gateway.address);
      made.push(machine);
      return machine;
    });
    for (const machine of made) await machine.remove();
  },
});

/** From "Add client" to the downloaded file. @returns where it was saved */
async function addClient(page: Page, inbox: Inbox, subscriptionId: string, nickname: string, folder: (name: string) => string, account: Account = SUBSCRIBER): Promise<string> {
  await page.goto(`/subscriptions/${subscriptionId}/clients/new`);
  const after = await inbox.latest();
  await page.getByRole("textbox", { name: "Nickname" }).fill(nickname);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await page.getByRole("textbox", { name: "Code" }).fill(await inbox.codeFor(account.email, { after }));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  const file = folder(download.suggestedFilename());
  await download.saveAs(file);
  return file;
}

/** Confirms the revocation of a client in the list. @returns when the button was pressed, in ms since 1970 */
async function revoke(page: Page, subscriptionId: string, nickname: string): Promise<number> {
  await page.goto(`/subscriptions/${subscriptionId}`);
  const row = page.getByRole("row", { name: nickname });
  await row.getByRole("button", { name: /^Revoke/ }).click();
  const confirm = page.getByRole("alertdialog").getByRole("button", { name: "Revoke access" });
  await confirm.waitFor();
  const pressed = Date.now();
  await confirm.click();
  await expect(row.getByText(/Cut at the gateway in \d/)).toBeVisible();
  return pressed;
}

test("reaching the instance takes the tunnel and its own login: without either, and after revocation, nobody gets in", async ({ page, stack, inbox, signInAs, machine }, info) => {
  const { instance } = stack;
  const v4 = `http://${instance.tunnelAddressV4}`;
  const v6 = `http://[${instance.tunnelAddressV6}]`;
  const { namespace, up } = await machine();
  await signInAs(page, SUBSCRIBER);
  const file = await addClient(page, inbox, stack.subscriptionId, "Both keys", (name) => info.outputPath(name));

  expect((await request(namespace, `${v4}/`)).status, "without the tunnel").toBeNull();
  const tunnel = await up(file);
  for (const origin of [v4, v6]) {
    const greeting = await request(namespace, `${origin}/`);
    expect([greeting.status, greeting.location], `${origin} asks for a login`).toEqual([303, "/login"]);
    const wrong = await request(namespace, `${origin}/login`, { form: { username: instance.username, password: "not the password" } });
    expect(wrong.body).toContain("go together");
    expect(wrong.cookie).toBeNull();
    const right = await request(namespace, `${origin}/login`, { form: { username: instance.username, password: instance.password } });
    const home = await request(namespace, `${origin}/`, { cookie: right.cookie });
    expect([home.status, home.body.includes("Logged in as")]).toEqual([200, true]);
  }
  expect(await tunnel.lastHandshake()).not.toBeNull();

  await revoke(page, stack.subscriptionId, "Both keys");
  for (const origin of [v4, v6]) expect((await request(namespace, `${origin}/login`)).status, `${origin} after revocation`).toBeNull();
  await tunnel.close();
});

test("replacing a key: the old file works until the new one connects, which takes over the same addresses; the page notices, and the old one is dead", async ({ page, stack, inbox, signInAs, machine }, info) => {
  const login = `http://${stack.instance.tunnelAddressV4}/login`;
  const [before, after] = [await machine(), await machine()];
  await signInAs(page, SUBSCRIBER);
  await before.up(await addClient(page, inbox, stack.subscriptionId, "Moving house", (name) => info.outputPath(`old-${name}`)));
  expect((await request(before.namespace, login)).status).toBe(200);

  await page.goto(`/subscriptions/${stack.subscriptionId}`);
  await page.getByRole("link", { name: "Moving house" }).click();
  await page.getByRole("link", { name: "Replace key" }).click();
  const asked = await inbox.latest();
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await page.getByRole("textbox", { name: "Code" }).fill(await inbox.codeFor(SUBSCRIBER.email, { after: asked, subject: "replace the key of “Moving house”" }));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  const file = info.outputPath("new.conf");
  await download.saveAs(file);
  await expect(page.getByText("Waiting for the new key…")).toBeVisible();
  expect((await request(before.namespace, login)).status, "the old key, before the new one connected").toBe(200);

  const pressed = Date.now();
  await after.up(file);
  await expect(page.getByText("The new key took over, and the old one is cut.")).toBeVisible();
  console.log(`    new key up to the page saying so: ${Date.now() - pressed} ms`);
  await expect.poll(async () => (await request(after.namespace, login)).status, { message: "the new key" }).toBe(200);
  expect((await request(before.namespace, login)).status, "the old key").toBeNull();
});

test("removing a member cuts their tunnel, and the page says how fast", async ({ page, browser, stack, inbox, signInAs, machine }, info) => {
  const login = `http://${stack.instance.tunnelAddressV4}/login`;
  const { namespace, up } = await machine();
  const theirs = await (await browser.newContext({ baseURL: stack.portalUrl })).newPage();
  await signInAs(theirs, COLLEAGUE);
  await up(await addClient(theirs, inbox, stack.subscriptionId, "Leaving soon", (name) => info.outputPath(name), COLLEAGUE));
  expect((await request(namespace, login)).status).toBe(200);

  await signInAs(page, SUBSCRIBER);
  await page.goto(`/subscriptions/${stack.subscriptionId}/members`);
  await page.getByRole("button", { name: `Remove ${COLLEAGUE.email}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("region", { name: `Clients of ${COLLEAGUE.email}` }).getByRole("listitem", { name: "Leaving soon" })).toContainText(/Cut at the gateway in \d/);
  expect((await request(namespace, login)).status, "after the removal").toBeNull();
  // The portal has nothing for them any more.
  await theirs.goto(`/subscriptions/${stack.subscriptionId}`);
  await expect(theirs.getByRole("heading", { name: /not found|nothing here/i })).toBeVisible();
  await theirs.context().close();
});

test("revoking a client ends its running transfer, and another client's goes on without a gap", async ({ page, stack, inbox, signInAs, machine }, info) => {
  const { instance } = stack;
  const origin = `http://${instance.tunnelAddressV4}`;
  await signInAs(page, SUBSCRIBER);
  const transfers = [];
  for (const nickname of ["Lost laptop", "Desk machine"]) {
    const { namespace, up } = await machine();
    await up(await addClient(page, inbox, stack.subscriptionId, nickname, (name) => info.outputPath(name)));
    const { cookie } = await request(namespace, `${origin}/login`, { form: { username: instance.username, password: instance.password } });
    const transfer = startTransfer(namespace, `${origin}/sample?megabytes=1000`, cookie ?? "");
    await transfer.flows();
    transfers.push(transfer);
  }
  const [lost, desk] = transfers;
  if (!lost || !desk) throw new Error("Two transfers were started.");

  const pressed = await revoke(page, stack.subscriptionId, "Lost laptop");
  await lost.stalled(1_500);
  const last = lost.arrivals.at(-1) ?? 0;
  await desk.flows();
  const gaps = desk.arrivals.slice(1).map((at, index) => at - (desk.arrivals[index] ?? at));
  const gap = Math.max(...gaps);
  const report = `click to last packet: ${Math.round(last - pressed)} ms; longest gap of the other client: ${Math.round(gap)} ms`;
  info.annotations.push({ type: "revocation", description: report });
  console.log(`    ${report}`);
  expect(lost.arrivals.length).toBeGreaterThan(10);
  // Whether it went on: how long a gap is on a machine with nothing else to do is a figure of the bench.
  expect(gap).toBeLessThan(10_000);
  for (const transfer of transfers) await transfer.stop();
});
