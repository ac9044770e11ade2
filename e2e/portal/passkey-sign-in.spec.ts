import { addVirtualAuthenticator } from "./support/authenticator";
import { addPasskey, addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { forgetTries } from "./support/password-people";
import { codeField, expectSignedIn, giveCredentials, signInButton } from "./support/sign-in-page";

test.beforeEach(({ store }) => forgetTries(store));

const passkeyButton = "Sign in with a passkey";

test("a passkey signs in without an address or a password, as two factors, and leads where one was going", async ({ make, open, inbox, store, stack }) => {
  const person = await make.person();
  const wanted = "/?all=1";
  const { page } = await open(null, wanted);
  const authenticator = await addVirtualAuthenticator(page);
  await addPasskey(inbox, person, page);
  expect(await authenticator.passkeys()).toBe(1);
  await page.getByRole("button", { name: passkeyButton }).click();
  await expectSignedIn(page);
  await expect(page).toHaveURL(stack.portalUrl + wanted);
  await expect(page.getByRole("strong")).toHaveText(person.email);
  expect(await store.sql("SELECT method::text, two_factor FROM sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1", [person.userId])).toEqual([{ method: "passkey", two_factor: true }]);
});

test("the browser offers the passkey in its suggestions for the address, where it can", async ({ make, open, inbox }) => {
  const person = await make.person();
  const { page } = await open(null, "/signin");
  await addVirtualAuthenticator(page);
  await addPasskey(inbox, person, page);
  await expect(page.getByLabel("E-mail address")).toHaveAttribute("autocomplete", "username webauthn");
  await page.getByLabel("E-mail address").focus();
  await expectSignedIn(page);
});

test("looking at the sign-in page, and leaving it, begins nothing at the portal", async ({ open }) => {
  const { page, watch } = await open(null, "/signin");
  await expect(page.getByRole("button", { name: passkeyButton })).toBeEnabled();
  await page.reload();
  await expect(signInButton(page)).toBeEnabled();
  expect(watch.requests.filter(({ url, method }) => method !== "GET" || url.includes("/api/v1/")).map(({ url }) => url)).toEqual([]);
});

test("a passkey that the portal doesn't know, a finger that isn't recognised and a closed dialog are each said in words, and another way goes on", async ({ make, open, inbox, store }) => {
  const person = await make.registered();
  const { page, watch } = await open(null, "/signin");
  watch.expect(/status of 403/);
  const authenticator = await addVirtualAuthenticator(page);
  const { id } = await addPasskey(inbox, person, page);
  await authenticator.recognisePerson(false);
  await page.getByRole("button", { name: passkeyButton }).click();
  await expect(page.getByRole("alert").filter({ hasText: "No passkey was used" })).toBeVisible();

  await authenticator.recognisePerson(true);
  await store.sql("DELETE FROM passkeys WHERE id = $1", [id]);
  await page.getByRole("button", { name: passkeyButton }).click();
  await expect(page.getByText("That passkey doesn’t sign in to an account here.")).toBeVisible();

  const after = await inbox.latest();
  await authenticator.forget();
  await giveCredentials(page, person);
  await codeField(page).fill(await inbox.codeFor(person.email, { after, subject: "is your code to sign in" }));
  await expectSignedIn(page);
});

test("a second tab that asks for a passkey ends no sign-in by mailed code in the first", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const { page, watch } = await open(null, "/signin");
  const after = await inbox.latest();
  await giveCredentials(page, person);
  await expect(codeField(page)).toBeVisible();

  const second = await page.context().newPage();
  await addVirtualAuthenticator(second);
  await second.goto("/signin");
  const options = second.waitForResponse((response) => response.url().endsWith("/api/v1/sign-in/passkey/options"));
  await second.getByRole("button", { name: passkeyButton }).click();
  expect((await options).status()).toBe(200);
  await expect(second.getByRole("alert").filter({ hasText: "No passkey was used" })).toBeVisible();

  await codeField(page).fill(await inbox.codeFor(person.email, { after, subject: "is your code to sign in" }));
  await expectSignedIn(page);
  expect(watch.requests.filter(({ url }) => url.endsWith("/sign-in/code"))).toHaveLength(1);
});

test("after the password the passkey is asked for first, as the strongest; another way is a press away", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const { page } = await open(null, "/signin");
  await addVirtualAuthenticator(page);
  const phone = await addPhone(inbox, person);
  await addPasskey(inbox, person, page, { prove: phone.proof });
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByLabel("E-mail address").evaluate((input, value) => {
    // As a password manager fills it in: without the keyboard going there, where the browser would offer the passkey.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, person.email);
  await signInButton(page).click();
  await expect(page.getByRole("heading", { name: "Use your passkey" })).toBeVisible();
  await page.getByRole("button", { name: "Use your authenticator app" }).click();
  await expect(codeField(page)).toBeFocused();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await expectSignedIn(page);
});
