import type { Page } from "@playwright/test";
import { wrongCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { CODE_MAILS, forgetTries, strangePassword } from "./support/password-people";
import { uniqueAddress } from "./support/people";
import { codeField, expectSignedIn, giveCredentials, passwordField, signInButton } from "./support/sign-in-page";

test.beforeEach(({ store }) => forgetTries(store));

test("a person signs in with a password and a mailed code, and lands on the page they had asked for", async ({ make, open, inbox, stack }) => {
  const person = await make.registered();
  const wanted = "/?all=1";
  const { page } = await open(null, wanted);
  const after = await inbox.latest();
  await giveCredentials(page, person);
  await expect(page.getByText(`${person.email[0]}•••@example.test`)).toBeVisible();
  const mail = await inbox.waitFor(person.email, { after, subject: CODE_MAILS.sign_in });
  expect(mail.text).toContain("Your password was right.");
  await codeField(page).fill(/\b\d{6}\b/.exec(mail.text)?.[0] ?? "");
  await expectSignedIn(page);
  await expect(page).toHaveURL(stack.portalUrl + wanted);
  // Not back into the sign-in.
  await page.goBack();
  await expect(page).not.toHaveURL(/signin/);
});

test("a wrong password and an address without an account are refused in the same words, and the password is asked for again", async ({ make, open }) => {
  const person = await make.registered();
  const { page, watch } = await open(null, "/signin");
  watch.expect(/status of 401/);
  for (const email of [person.email, uniqueAddress("nobody")]) {
    await giveCredentials(page, { email, password: strangePassword() });
    await expect(page.getByText("The address or the password is not right.")).toBeVisible();
    await expect(passwordField(page)).toBeFocused();
    await expect(page.getByLabel("E-mail address")).toHaveValue(email);
    await page.reload();
  }
});

test("wrong codes are counted down; after the last one signing in starts again, and works", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const { page, watch } = await open(null, "/signin");
  watch.expect(/status of 403/);
  const after = await inbox.latest();
  await giveCredentials(page, person);
  const right = await inbox.codeFor(person.email, { after, subject: CODE_MAILS.sign_in });
  for (const left of ["4 tries left", "3 tries left", "2 tries left", "1 try left"]) {
    await codeField(page).fill(wrongCode(right));
    await expect(page.getByText(left)).toBeVisible();
  }
  await codeField(page).fill(wrongCode(right));
  await expect(page.getByText("Too many wrong codes")).toBeVisible();
  await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);

  const later = await inbox.latest();
  await passwordField(page).fill(person.password);
  await signInButton(page).click();
  await codeField(page).fill(await inbox.codeFor(person.email, { after: later, subject: CODE_MAILS.sign_in }));
  await expectSignedIn(page);
});

test("a code is mailed again when asked, the same one; and it opens no other browser's sign-in", async ({ make, open, inbox, store }) => {
  const person = await make.registered();
  const { page } = await open(null, "/signin");
  await page.clock.install();
  const after = await inbox.latest();
  await giveCredentials(page, person);
  const first = await inbox.waitFor(person.email, { after, subject: CODE_MAILS.sign_in });
  const right = /\b\d{6}\b/.exec(first.text)?.[0] ?? "";
  await expect(page.getByRole("button", { name: /^Send again in 0:/ })).toBeDisabled();

  await store.sql("UPDATE sign_in_attempts SET last_sent_at = last_sent_at - interval '1 minute' WHERE email = $1", [person.email]);
  await page.clock.fastForward(31_000);
  await page.getByRole("button", { name: "Send the code again" }).click();
  await expect(page.getByText("Sent again")).toBeVisible();
  const second = await inbox.waitFor(person.email, { after: first.id, subject: CODE_MAILS.sign_in });
  expect(second.subject).toBe(first.subject);

  const { page: other, watch } = await open(null, "/signin");
  await giveCredentials(other, person);
  await inbox.waitFor(person.email, { after: second.id, subject: CODE_MAILS.sign_in });
  watch.expect(/status of 403/);
  await codeField(other).fill(right);
  await expect(other.getByText("4 tries left")).toBeVisible();

  await codeField(page).fill(right);
  await expectSignedIn(page);
});

test("signing in takes no mouse: the keyboard goes from field to field, to what is asked next, and back to the address", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const { page } = await open(null, "/signin");
  await page.getByLabel("E-mail address").focus();
  await page.keyboard.type(person.email);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Forgot it?" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(passwordField(page)).toBeFocused();
  await page.keyboard.type(person.password);
  const after = await inbox.latest();
  await page.keyboard.press("Enter");
  await expect(codeField(page)).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("button", { name: "Use another address" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);
  await inbox.waitFor(person.email, { after, subject: CODE_MAILS.sign_in });

  const later = await inbox.latest();
  await passwordField(page).focus();
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await expect(codeField(page)).toBeFocused();
  await page.keyboard.type(await inbox.codeFor(person.email, { after: later, subject: CODE_MAILS.sign_in }));
  await expectSignedIn(page);
});

test("guessing is slowed: the page says until when, and a browser that the owner used before goes on (T10)", async ({ make, open, inbox, store }) => {
  const person = await make.registered();
  const { page: known } = await open(null, "/signin");
  const after = await inbox.latest();
  await giveCredentials(known, person);
  await codeField(known).fill(await inbox.codeFor(person.email, { after, subject: CODE_MAILS.sign_in }));
  await expectSignedIn(known);
  await known.getByRole("button", { name: "Your account" }).click();
  await known.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(signInButton(known)).toBeVisible();

  await forgetTries(store);
  const { page, watch } = await open(null, "/signin");
  watch.expect(/status of 401/, /status of 429/);
  await guess(page, person.email, 5);
  await page.getByLabel("Password", { exact: true }).fill(strangePassword());
  await signInButton(page).click();
  await expect(page.getByText("Too many tries")).toBeVisible();
  await expect(page.getByText("your account isn’t locked")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Try again in (0:[0-5]\d|1:00)$/ })).toBeDisabled();

  const later = await inbox.latest();
  await giveCredentials(known, person);
  await codeField(known).fill(await inbox.codeFor(person.email, { after: later, subject: CODE_MAILS.sign_in }));
  await expectSignedIn(known);
});

test("a password never gets into an address, also while the page's program has not started", async ({ browser, stack, make }) => {
  const person = await make.registered();
  const context = await browser.newContext({ baseURL: stack.portalUrl, javaScriptEnabled: false });
  const page = await context.newPage();
  const seen: string[] = [];
  page.on("request", (request) => seen.push(request.url()));
  await page.goto("/signin");
  await giveCredentials(page, person);
  await page.waitForLoadState();
  expect(seen.filter((url) => decodeURIComponent(url).includes(person.password.split(" ")[1] ?? ""))).toEqual([]);
  await context.close();
});

/** As often as nothing slows it. */
async function guess(page: Page, email: string, times: number): Promise<void> {
  for (let guesses = 0; guesses < times; guesses++) {
    const answered = page.waitForResponse((response) => response.url().endsWith("/sign-in/password"));
    await giveCredentials(page, { email, password: strangePassword() });
    await answered;
    await expect(signInButton(page)).toBeEnabled();
  }
}
