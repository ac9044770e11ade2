/** Suspending, resuming, and the end of a client's access, as people do them. */
import type { Page } from "@playwright/test";
import type { ClientView } from "@/lib/usecases/views";
import { typeCode, untilIssued } from "./support/add-flow";
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";

const clientPage = (pagePath: string, { id }: { id: string }): string => `${pagePath}/clients/${id}`;
const day = (days: number): string => new Date(Date.now() + days * 24 * 3_600_000).toISOString().slice(0, 10);

async function suspendOnPage(page: Page, nickname: string): Promise<void> {
  await page.getByRole("button", { name: "Suspend", exact: true }).click();
  await page.getByRole("alertdialog", { name: `Suspend ${nickname}?` }).getByRole("button", { name: "Suspend access" }).click();
}

test("an admin suspends a client, which is cut at the gateway at once, and resumes it with a mailed code: the same key and addresses", async ({ home: tenant, make, open, inbox }) => {
  const [admin, member] = [await make.member(tenant, "admin"), await make.member(tenant, "member")];
  const { client } = await addClient(inbox, member, tenant, "Left in a taxi");
  const { page } = await open(admin.api, clientPage(tenant.pagePath, client));
  const after = await inbox.latest();
  await suspendOnPage(page, "Left in a taxi");
  await expect(page.getByText("Suspended", { exact: true }).first()).toBeVisible();
  await expect(page.getByText(/Cut at the gateway in/)).toBeVisible();
  expect((await inbox.waitFor(member.email, { after, subject: "Left in a taxi was suspended from Orchid" })).text).toContain(`Suspended by: ${admin.email}`);

  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Resume Left in a taxi?" })).toContainText(member.email);
  await typeCode(page, await inbox.codeFor(admin.email, { after, subject: "resume the client “Left in a taxi”" }));
  await expect(page.getByText("Live at the gateway")).toBeVisible();
  const { body } = await member.api.get(`${tenant.apiPath}/clients/${client.id}`);
  expect(body).toMatchObject({ state: "active", publicKey: client.publicKey, addressV4: client.addressV4, suspendedAt: null } satisfies Partial<ClientView>);
  await inbox.waitFor(member.email, { after, subject: "Left in a taxi can reach Orchid again" });
});

test("what an admin suspended, its owner can't resume", async ({ home: tenant, make, open, inbox }) => {
  const [admin, member] = [await make.member(tenant, "admin"), await make.member(tenant, "member")];
  const { client } = await addClient(inbox, member, tenant, "Contested");
  expect((await admin.api.post(`${tenant.apiPath}/clients/${client.id}/suspend`)).status).toBe(200);
  const { page } = await open(member.api, clientPage(tenant.pagePath, client));
  await expect(page.getByText(`by ${admin.email}`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Resume" })).toHaveCount(0);
  expect((await member.api.post(`${tenant.apiPath}/clients/${client.id}/resume/challenge`)).status).toBe(403);
});

test("a client is added with an end, which the approval and the mail say; an earlier one takes a click, a later one a code", async ({ home: tenant, make, open, inbox }) => {
  const member = await make.member(tenant, "member");
  const { page } = await open(member.api, `${tenant.pagePath}/clients/new`);
  const after = await inbox.latest();
  await page.getByRole("textbox", { name: "Nickname" }).fill("Guest");
  await page.getByRole("combobox", { name: "Access ends" }).selectOption("In 7 days");
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "until" })).toBeVisible();
  const mail = await inbox.waitFor(member.email, { after, subject: "add the client “Guest”" });
  expect(mail.text).toMatch(/Access ends: \d+ \w+ \d{4}/);
  await typeCode(page, /\b\d{6}\b/.exec(mail.text)?.[0] ?? "");
  await untilIssued(page, "Guest");
  const [client] = ((await member.api.get(`${tenant.apiPath}/clients?q=Guest`)).body as { items: ClientView[] }).items;
  if (!client?.expiresAt) throw new Error("The client has no end.");
  expect(Math.round((Date.parse(client.expiresAt) - Date.parse(client.createdAt)) / 3_600_000 / 24)).toBe(7);

  const details = await open(member.api, clientPage(tenant.pagePath, client));
  const dialog = details.page.getByRole("dialog");
  const endOf = async (): Promise<string | null> => ((await member.api.get(`${tenant.apiPath}/clients/${client.id}`)).body as ClientView).expiresAt;
  await details.page.getByRole("button", { name: "Change end date" }).click();
  await dialog.getByRole("combobox", { name: "Access ends" }).selectOption("On a day…");
  await dialog.getByLabel("Last day of access").fill(day(-1));
  await dialog.getByRole("button", { name: "Change end date" }).click();
  await expect(dialog).toContainText("Choose a day that is still to come.");
  await dialog.getByLabel("Last day of access").fill(day(2));
  await dialog.getByRole("button", { name: "Change end date" }).click();
  await expect.poll(async () => Date.parse((await endOf()) ?? "") < Date.parse(client.expiresAt ?? "")).toBe(true);

  await details.page.getByRole("button", { name: "Change end date" }).click();
  await dialog.getByRole("combobox", { name: "Access ends" }).selectOption("Never");
  await dialog.getByRole("button", { name: "Change end date" }).click();
  await expect(details.page.getByRole("dialog", { name: "Give Guest more time?" })).toBeVisible();
  await typeCode(details.page, await inbox.codeFor(member.email, { after, subject: "give the client “Guest” access to Orchid without an end" }));
  await expect.poll(endOf).toBeNull();
});

test("a client whose time is over is off the gateway and says so, on the open page too; more time brings it back", async ({ home: tenant, make, open, inbox, store }) => {
  const member = await make.member(tenant, "member");
  const { client } = await addClient(inbox, member, tenant, "Short visit");
  const { page } = await open(member.api, clientPage(tenant.pagePath, client));
  const after = await inbox.latest();
  const soon = await member.api.send("PUT", `${tenant.apiPath}/clients/${client.id}/expiry`, { expiresAt: new Date(Date.now() + 1_500).toISOString() });
  expect(soon.status, soon.text).toBe(200);
  await expect(page.getByText("Expired", { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText(/Cut at the gateway in/)).toBeVisible();
  await inbox.waitFor(member.email, { after, subject: "The access of Short visit to Orchid has ended" });
  expect(await store.sql("SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY seq", [client.id])).toEqual(
    ["client.issued", "client.shortened", "client.expired", "client.cut"].map((action) => ({ action })),
  );

  await page.getByRole("button", { name: "Give more time" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Give more time" }).click();
  await typeCode(page, await inbox.codeFor(member.email, { after, subject: "give the client “Short visit” access" }));
  await expect(page.getByText("Live at the gateway")).toBeVisible();
});

for (const device of Object.keys(DEVICES) as Device[]) {
  test(`suspending and choosing an end look right: ${device}`, async ({ home: tenant, make, open, inbox }) => {
    const member = await make.member(tenant, "member");
    const { client } = await addClient(inbox, member, tenant, "Backup server in the cellar");
    const { page } = await open(member.api, clientPage(tenant.pagePath, client), DEVICES[device]);
    await page.getByRole("button", { name: "Change end date" }).click();
    await page.getByRole("dialog").getByRole("combobox").selectOption("On a day…");
    await look(page, "client-end", device);
    await page.getByRole("button", { name: "Leave it as it is" }).click();
    await suspendOnPage(page, "Backup server in the cellar");
    await expect(page.getByText(/Cut at the gateway in/)).toBeVisible();
    await look(page, "client-suspended", device);
  });
}
