/** Approving an act: the strongest factor first, others by choice, each good for that act alone. */
import type { Page } from "@playwright/test";
import type { StepUpView } from "@/lib/usecases/views";
import { download, untilIssued } from "./support/add-flow";
import { addVirtualAuthenticator } from "./support/authenticator";
import { errorCode } from "./support/clients";
import { addPasskey, addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";

const NEW = (pagePath: string): string => `${pagePath}/clients/new`;

async function nameIt(page: Page, nickname: string): Promise<void> {
  await page.getByRole("textbox", { name: "Nickname" }).fill(nickname);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Approve the client" })).toBeVisible();
}

const appCode = (page: Page) => page.getByRole("textbox", { name: "Code from your authenticator app" });

test("a client is added with the code of an authenticator app, and no code is mailed", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const phone = await addPhone(inbox, person);
  const after = await inbox.latest();
  const { page } = await open(person.api, NEW(home.pagePath));
  await nameIt(page, "By app");
  await expect(appCode(page)).toBeFocused();
  await appCode(page).fill(await phone.code());
  await page.keyboard.press("Enter");
  await untilIssued(page, "By app");
  expect((await download(page)).text).toContain("[Interface]");
  const added = await inbox.waitFor(person.email, { after, subject: "By app was added to" });
  expect(added.subject).not.toContain("your code");
  expect(await store.sql("SELECT last_sent_at FROM step_up_challenges WHERE user_id = $1 AND action = 'client.issue'", [person.userId])).toEqual([{ last_sent_at: null }]);
});

test("a client is added with a passkey; a dialog that was closed takes no try, and another way is a click away", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, NEW(home.pagePath));
  const authenticator = await addVirtualAuthenticator(page);
  await addPasskey(inbox, person, page);
  await page.reload();
  await nameIt(page, "By passkey");
  await authenticator.recognisePerson(false);
  const button = page.getByRole("button", { name: "Approve and add with a passkey" });
  await expect(button).toBeFocused();
  await button.click();
  await expect(page.getByRole("alert").filter({ hasText: "No passkey was used" })).toBeVisible();
  await page.getByRole("button", { name: "Use another way" }).click();
  const others = page.getByRole("list", { name: "Other ways" });
  await expect(others.getByRole("button")).toHaveText([/Code by mail/, /Your provider/, /Recovery code/]);
  await expect(others.getByRole("button").first()).toBeFocused();
  await page.getByRole("button", { name: "Use another way" }).click();
  await expect(others).toHaveCount(0);

  await authenticator.recognisePerson(true);
  await button.click();
  await untilIssued(page, "By passkey");
  await download(page);
});

test("who has a stronger factor can have the code mailed all the same, when they choose to", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  const phone = await addPhone(inbox, person);
  const { page } = await open(person.api, NEW(home.pagePath));
  await nameIt(page, "By mail");
  await page.getByRole("button", { name: "Use another way" }).click();
  const after = await inbox.latest();
  await page.getByRole("button", { name: /^Code by mail/ }).click();
  const code = await inbox.codeFor(person.email, { after, subject: "is your code to add the client “By mail”" });
  await expect(page.getByRole("button", { name: /^Send again in 0:\d\d$/ })).toBeDisabled();
  await page.getByRole("textbox", { name: "Code", exact: true }).fill(code);
  await untilIssued(page, "By mail");
  await download(page);
  expect(phone.recoveryCodes).toHaveLength(10);
});

test("a wrong code says how many tries are left; a recovery code approves instead, once", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  const phone = await addPhone(inbox, person);
  const [code = ""] = phone.recoveryCodes;
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/status of 403/);
  await nameIt(page, "Rescued");
  await appCode(page).fill(phone.wrongCode());
  await page.keyboard.press("Enter");
  await expect(page.getByText("That code is not right. 4 tries left.")).toBeVisible();
  await expect(appCode(page)).toBeFocused();
  await page.getByRole("button", { name: "Use another way" }).click();
  await page.getByRole("button", { name: /^Recovery code/ }).click();
  await page.getByRole("textbox", { name: "Recovery code" }).fill(code.toLowerCase());
  await page.getByRole("button", { name: "Approve and add" }).click();
  await untilIssued(page, "Rescued");
  await download(page);

  await page.goto(NEW(home.pagePath));
  await nameIt(page, "Rescued twice");
  await page.getByRole("button", { name: "Use another way" }).click();
  await page.getByRole("button", { name: /^Recovery code/ }).click();
  await page.getByRole("textbox", { name: "Recovery code" }).fill(code);
  await page.getByRole("button", { name: "Approve and add" }).click();
  await expect(page.getByText(/That code is not right\..*4 tries left\./)).toBeVisible();
});

test("a phone whose clock is wrong is told so, not just “wrong code”", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { TOTP, Secret } = await import("otpauth");
  const asked = (await person.api.post("/api/v1/step-up", { action: "totp.add", parameters: { name: "Late phone" } })).body as StepUpView;
  const after = 0;
  const code = await inbox.codeFor(person.email, { after, subject: "add the authenticator app “Late phone”" });
  const begun = (await person.api.post("/api/v1/account/totp", { name: "Late phone", proof: { challengeId: asked.challengeId, factor: "mail", code } })).body as { deviceId: string; secret: string };
  const totp = new TOTP({ secret: Secret.fromBase32(begun.secret), digits: 6, period: 30 });
  await person.api.post(`/api/v1/account/totp/${begun.deviceId}/confirm`, { code: totp.generate() });
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/status of 403/);
  await nameIt(page, "Late");
  // Four steps late: outside of the window, and not yet forgotten.
  await appCode(page).fill(totp.generate({ timestamp: Date.now() - 120_000 }));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/clock is about .* behind/)).toBeVisible();
  expect(await store.sql("SELECT count(*)::int AS clients FROM access_clients WHERE owner_id = $1", [person.userId])).toEqual([{ clients: 0 }]);
});

test("a proof for one act approves no other, by whatever factor (T11)", async ({ make, inbox }) => {
  const person = await make.person();
  const phone = await addPhone(inbox, person);
  const ask = async (action: string, parameters = {}) => (await person.api.post("/api/v1/step-up", { action, parameters })).body as StepUpView;
  const forCodes = await phone.proof(await ask("recovery-codes.replace"));
  expect(errorCode(await person.api.post("/api/v1/account/totp", { name: "Second", proof: forCodes }))).toBe("step_up_mismatch");
  expect(errorCode(await person.api.send("DELETE", `/api/v1/account/totp/${phone.deviceId}`, { proof: forCodes }))).toBe("step_up_mismatch");
  const forName = await phone.proof(await ask("totp.add", { name: "Second" }));
  expect(errorCode(await person.api.post("/api/v1/account/totp", { name: "Third", proof: forName }))).toBe("step_up_mismatch");
  expect((await person.api.post("/api/v1/account/recovery-codes", { proof: forCodes })).status).toBe(201);
  expect(errorCode(await person.api.post("/api/v1/account/recovery-codes", { proof: forCodes }))).toBe("step_up_spent");
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`the ways to approve are whole, light and dark: ${device}`, async ({ home, make, open, inbox }) => {
    const person = await make.member(home, "member");
    const phone = await addPhone(inbox, person);
    const { page } = await open(person.api, NEW(home.pagePath), DEVICES[device]);
    await nameIt(page, "Looked at");
    await look(page, "approve-app", device);
    await page.getByRole("button", { name: "Use another way" }).click();
    await look(page, "approve-other-ways", device);
    await page.getByRole("button", { name: /^Recovery code/ }).click();
    await look(page, "approve-recovery", device);
    await addVirtualAuthenticator(page);
    await addPasskey(inbox, person, page, { prove: phone.proof });
    await page.reload();
    await nameIt(page, "Looked at");
    await look(page, "approve-passkey", device);
  });
}
