import type { Page } from "@playwright/test";
import { TWO_FACTOR, UNSAID } from "@/scripts/demo/accounts";
import { addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { forgetTries } from "./support/password-people";
import { codeField, expectSignedIn, giveCredentials, signInButton } from "./support/sign-in-page";

test.beforeEach(({ store }) => forgetTries(store));

async function giveCode(page: Page, code: string): Promise<void> {
  await codeField(page).fill(code);
  await signInButton(page).click();
}

test("with an authenticator app no code is mailed: its code signs in, counts as a second factor, and works once", async ({ make, open, inbox, store }) => {
  const person = await make.registered();
  const phone = await addPhone(inbox, person);
  const { page } = await open(null, "/signin");
  await giveCredentials(page, person);
  await expect(page.getByRole("heading", { name: "Open your authenticator app" })).toBeVisible();
  const code = await phone.code();
  await giveCode(page, code);
  await expectSignedIn(page);
  expect(await store.sql("SELECT method::text, two_factor, amr FROM sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1", [person.userId])).toEqual([{ method: "password", two_factor: true, amr: ["pwd", "otp"] }]);

  const { page: replaying, watch } = await open(null, "/signin");
  watch.expect(/status of 403/);
  await giveCredentials(replaying, person);
  await giveCode(replaying, code);
  await expect(replaying.getByText("4 tries left")).toBeVisible();
  await giveCode(replaying, phone.wrongCode());
  await expect(replaying.getByText("3 tries left")).toBeVisible();
  await giveCode(replaying, await phone.code());
  await expectSignedIn(replaying);
  expect(await store.sql("SELECT payload->>'purpose' AS purpose FROM outbox_mails WHERE recipient = $1 AND template = 'sign-in-code'", [person.email])).toEqual([{ purpose: "register" }]);
});

test("a recovery code signs in once, in place of a lost phone, as it was typed", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const { recoveryCodes } = await addPhone(inbox, person);
  const [code = ""] = recoveryCodes;
  const { page } = await open(null, "/signin");
  await giveCredentials(page, person);
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(code.toLowerCase().replaceAll("-", " "));
  await signInButton(page).click();
  await expectSignedIn(page);

  const { page: again, watch } = await open(null, "/signin");
  watch.expect(/status of 403/);
  await giveCredentials(again, person);
  await again.getByRole("button", { name: "Use a recovery code" }).click();
  await again.getByLabel("Recovery code").fill(code);
  await signInButton(again).click();
  await expect(again.getByText("was used before. 4 tries left.")).toBeVisible();
  await expect(again.getByLabel("Recovery code")).toBeFocused();
  await again.getByRole("button", { name: "Use your authenticator app" }).click();
  await expect(codeField(again)).toBeFocused();
});

test("five wrong codes end the attempt, and a reload in between gives no new tries (T10)", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const phone = await addPhone(inbox, person);
  const { page, watch } = await open(null, "/signin");
  watch.expect(/status of 403/, /status of 410/);
  await giveCredentials(page, person);
  for (const left of ["4 tries left", "3 tries left"]) {
    await giveCode(page, phone.wrongCode());
    await expect(page.getByText(left)).toBeVisible();
  }
  await page.reload();
  for (const left of ["2 tries left", "1 try left"]) {
    await giveCode(page, phone.wrongCode());
    await expect(page.getByText(left)).toBeVisible();
  }
  await giveCode(page, phone.wrongCode());
  await expect(page.getByText("Too many wrong codes")).toBeVisible();
  await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);
});

test("two factors at the provider are kept on the session; a provider that says one, or nothing, counts as one", async ({ make, open, signInAs, store, stack }) => {
  for (const [account, twoFactor] of [[TWO_FACTOR, true], [UNSAID, false]] as const) {
    const { page } = await open(null, "/signin");
    await signInAs(page, account);
    await expect(page).toHaveURL(`${stack.portalUrl}/`);
    expect(await store.sql("SELECT two_factor FROM sessions JOIN identities ON identities.id = identity_id WHERE subject = $1 ORDER BY sessions.created_at DESC LIMIT 1", [account.subject]), account.name).toEqual([{ two_factor: twoFactor }]);
  }
  for (const [assurance, twoFactor] of [["two-factor", true], ["password", false], ["unsaid", false]] as const) {
    const { userId } = await make.person({ assurance });
    expect(await store.sql("SELECT two_factor FROM sessions WHERE user_id = $1", [userId]), assurance).toEqual([{ two_factor: twoFactor }]);
  }
});
