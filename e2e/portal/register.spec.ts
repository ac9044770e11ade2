import { expect, test } from "./support/fixtures";
import { CODE_MAILS, forgetTries, strangePassword } from "./support/password-people";
import { uniqueAddress } from "./support/people";
import { codeField, expectSignedIn, giveCredentials, passwordField } from "./support/sign-in-page";
import { wrongCode } from "./support/clients";

test.beforeEach(({ store }) => forgetTries(store));

test("a person registers with an address, a mailed code and a password, is signed in, and can sign in again", async ({ open, inbox, store, stack }) => {
  const email = uniqueAddress("newcomer");
  const password = strangePassword();
  const { page } = await open(null, "/signin?callbackUrl=%2F%3Fall%3D1");
  await page.getByRole("link", { name: "Make one" }).click();
  await expect(page.getByRole("heading", { name: "Make an account" })).toBeVisible();
  const after = await inbox.latest();
  await page.getByLabel("E-mail address").fill(` ${email.toUpperCase()} `);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  await codeField(page).fill(await inbox.codeFor(email, { after, subject: CODE_MAILS.register }));

  await page.getByLabel("Your name").fill("Ada Newcomer");
  await passwordField(page).fill(password);
  await expect(page.getByText("Long enough.")).toBeVisible();
  await page.getByRole("button", { name: "Make the account" }).click();
  await expectSignedIn(page);
  await expect(page).toHaveURL(`${stack.portalUrl}/?all=1`);
  expect(await store.sql("SELECT name, email FROM users WHERE email = $1", [email])).toEqual([{ name: "Ada Newcomer", email }]);

  const { page: again } = await open(null, "/signin");
  const later = await inbox.latest();
  await giveCredentials(again, { email, password });
  await codeField(again).fill(await inbox.codeFor(email, { after: later, subject: CODE_MAILS.sign_in }));
  await expectSignedIn(again);
});

test("a weak password is refused in words and nothing is made of it; long enough alone is not enough", async ({ open, inbox, store }) => {
  const email = uniqueAddress("weak");
  const { page, watch } = await open(null, "/register");
  const after = await inbox.latest();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await codeField(page).fill(await inbox.codeFor(email, { after, subject: CODE_MAILS.register }));

  const make = page.getByRole("button", { name: "Make the account" });
  await expect(page.getByText("At least 12 characters.")).toBeVisible();
  await passwordField(page).fill("short one");
  await expect(page.getByText("3 more characters.")).toBeVisible();
  await expect(make).toBeDisabled();
  watch.expect(/status of 422/);
  for (const [weak, why] of [["passwordpassword", "attackers try first"], ["aaaaaaaaaaaaab", "repeats a few characters"], [`${email.split("@")[0]}1`, "your name or address"]] as const) {
    await passwordField(page).fill(weak);
    await make.click();
    await expect(page.getByText(why)).toBeVisible();
    await expect(passwordField(page)).toBeFocused();
  }
  expect(await store.sql("SELECT count(*)::int FROM users WHERE email = $1", [email])).toEqual([{ count: 0 }]);
  await passwordField(page).fill(strangePassword());
  await expect(page.getByText("your name or address")).toBeHidden();
  await make.click();
  await expectSignedIn(page);
});

test("the password can be shown, pasted, and kept by a password manager", async ({ open, inbox }) => {
  const email = uniqueAddress("pasting");
  const { page } = await open(null, "/register", { permissions: ["clipboard-read", "clipboard-write"] });
  await expect(page.getByLabel("E-mail address")).toHaveAttribute("autocomplete", "username");
  const after = await inbox.latest();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(codeField(page)).toHaveAttribute("autocomplete", "one-time-code");
  // As people copy it, with more than the digits.
  const code = await inbox.codeFor(email, { after, subject: CODE_MAILS.register });
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${code.slice(0, 4)} ${code.slice(4)}`);
  await codeField(page).press("Control+V");

  const field = passwordField(page);
  await expect(field).toHaveAttribute("autocomplete", "new-password");
  await expect(field).toHaveAttribute("type", "password");
  await expect(page.locator("input[autocomplete=username]")).toHaveValue(email);
  const password = strangePassword();
  await page.evaluate((text) => navigator.clipboard.writeText(text), password);
  await field.press("Control+V");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await expect(field).toHaveValue(password);
  await page.getByRole("button", { name: "Hide password" }).click();
  await expect(field).toHaveAttribute("type", "password");
});

test("a wrong code says how many tries are left; after the last one starts again with the address kept", async ({ open, inbox }) => {
  const email = uniqueAddress("guesser");
  const { page, watch } = await open(null, "/register");
  const after = await inbox.latest();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  const right = await inbox.codeFor(email, { after, subject: CODE_MAILS.register });
  watch.expect(/status of 403/, /status of 410/);
  for (const left of ["4 tries left", "3 tries left", "2 tries left", "1 try left"]) {
    await codeField(page).fill(eightDigitsUnlike(right));
    await expect(page.getByText(left)).toBeVisible();
    await expect(codeField(page)).toBeFocused();
    await expect(codeField(page)).toHaveValue("");
  }
  await codeField(page).fill(eightDigitsUnlike(right));
  await expect(page.getByText("It was the last try")).toBeVisible();
  await expect(page.getByLabel("E-mail address")).toHaveValue(email);
});

test("who reloads, goes back or leaves midway goes on where they were, or begins again", async ({ open, inbox }) => {
  const email = uniqueAddress("reloader");
  const { page, watch } = await open(null, "/signin");
  watch.expect(/status of 410/);
  await page.getByRole("link", { name: "Make one" }).click();
  await expect(page.getByRole("heading", { name: "Make an account" })).toBeVisible();
  const after = await inbox.latest();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(codeField(page)).toBeVisible();
  await page.reload();
  await expect(codeField(page)).toBeVisible();
  // In full, so that a slip of the finger is seen.
  await expect(page.getByText(email)).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goForward();
  await codeField(page).fill(await inbox.codeFor(email, { after, subject: CODE_MAILS.register }));
  await expect(page.getByLabel("Your name")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Your name")).toBeVisible();
  // Another tab begins something else: this browser's attempt is that one now.
  await page.request.post("/api/v1/sign-in/reset", { data: { email }, headers: { origin: new URL(page.url()).origin } });
  await passwordField(page).fill(strangePassword());
  const watching = page.waitForResponse((response) => response.url().endsWith("/register/password"));
  await page.getByRole("button", { name: "Make the account" }).click();
  expect((await watching).status()).toBe(410);
  await expect(page.getByText("Please start again")).toBeVisible();
  await expect(page.getByLabel("E-mail address")).toHaveValue(email);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Make an account" })).toBeVisible();
});

const eightDigitsUnlike = (right: string): string => `${wrongCode(right.slice(0, 6))}${right.slice(6)}`;
