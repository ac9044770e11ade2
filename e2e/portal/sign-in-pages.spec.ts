import type { Page } from "@playwright/test";
import { addVirtualAuthenticator } from "./support/authenticator";
import { addPasskey, addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { CODE_MAILS, forgetTries, strangePassword } from "./support/password-people";
import { uniqueAddress } from "./support/people";
import { DEVICES, type Device, look } from "./support/screens";
import { codeField, giveCredentials, passwordField, signInButton } from "./support/sign-in-page";

test.beforeEach(({ store }) => forgetTries(store));

/** Holds back the requests of a path, so that a page can be looked at while it waits. @returns lets them go */
async function holdBack(page: Page, path: string): Promise<() => void> {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(`**${path}`, async (route) => {
    await held;
    await route.continue();
  });
  return () => letGo();
}

for (const device of ["desktop", "phone"] as Device[]) {
  test(`signing in with a password is whole at every step, light and dark: ${device}`, async ({ make, open }) => {
    const person = await make.registered();
    const { page, watch } = await open(null, "/signin", DEVICES[device]);
    watch.expect(/status of (401|403|429)/);
    await giveCredentials(page, { email: person.email, password: strangePassword() });
    await expect(page.getByText("The address or the password is not right.")).toBeVisible();
    await look(page, "sign-in-wrong-password", device);

    const letGo = await holdBack(page, "/api/v1/sign-in/password");
    await giveCredentials(page, person);
    await expect(signInButton(page)).toHaveAttribute("aria-busy", "true");
    await look(page, "sign-in-pending", device);
    letGo();
    await expect(codeField(page)).toBeVisible();
    await look(page, "sign-in-code", device);
    await codeField(page).fill("000000");
    await expect(page.getByText("4 tries left")).toBeVisible();
    await look(page, "sign-in-code-wrong", device);

    const { page: slowed, watch: slowedWatch } = await open(null, "/signin", DEVICES[device]);
    slowedWatch.expect(/status of (401|429)/);
    const waits = slowed.getByRole("button", { name: /^Try again in/ });
    for (let guesses = 0; guesses < 9 && !(await waits.isVisible()); guesses++) {
      const answered = slowed.waitForResponse((response) => response.url().endsWith("/sign-in/password"));
      await giveCredentials(slowed, { email: person.email, password: strangePassword() });
      await answered;
      await expect(slowed.getByRole("alert").filter({ hasText: /is not right|Too many tries/ })).toBeVisible();
    }
    await expect(waits).toBeVisible();
    await look(slowed, "sign-in-slowed", device);
  });

  test(`second factors are whole, light and dark: ${device}`, async ({ make, open, inbox }) => {
    const person = await make.registered();
    const phone = await addPhone(inbox, person);
    const { page, watch } = await open(null, "/signin", DEVICES[device]);
    watch.expect(/status of 403/);
    await giveCredentials(page, person);
    await codeField(page).fill(phone.wrongCode());
    await signInButton(page).click();
    await expect(page.getByText("4 tries left")).toBeVisible();
    await look(page, "sign-in-totp", device);
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await expect(page.getByLabel("Recovery code")).toBeFocused();
    await look(page, "sign-in-recovery", device);

    const { page: strong } = await open(null, "/register", DEVICES[device]);
    const authenticator = await addVirtualAuthenticator(strong);
    await addPasskey(inbox, person, strong, { prove: phone.proof });
    await authenticator.goAway();
    await strong.goto("/signin");
    await giveCredentials(strong, person);
    await strong.getByRole("button", { name: "Use your passkey" }).click();
    await expect(strong.getByRole("button", { name: "Waiting for your passkey…" })).toBeVisible();
    await look(strong, "sign-in-passkey", device);
    const letGo = await holdBack(strong, "/api/auth/callback/ticket");
    await authenticator.comeBack();
    // Another way, and back: what waited is called off.
    await strong.getByRole("button", { name: "Use your authenticator app" }).click();
    await strong.getByRole("button", { name: "Use a passkey" }).click();
    await strong.getByRole("button", { name: "Use your passkey" }).click();
    await expect(strong.getByRole("heading", { name: "You’re in" })).toBeVisible();
    await look(strong, "sign-in-entering", device);
    letGo();
    await expect(strong.getByRole("heading", { name: "No subscription yet" })).toBeVisible();
  });

  test(`registering, choosing a new password and ending all sessions are whole, light and dark: ${device}`, async ({ open, inbox }) => {
    const email = uniqueAddress("looked-at");
    const { page, watch } = await open(null, "/register", DEVICES[device]);
    watch.expect(/status of (400|410|422)/);
    await page.getByLabel("E-mail address").fill("ada");
    await page.getByRole("button", { name: "Mail me a code" }).click();
    await expect(page.getByText("Enter an e-mail address like")).toBeVisible();
    await look(page, "register-start", device);
    const after = await inbox.latest();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Mail me a code" }).click();
    await expect(codeField(page)).toBeVisible();
    await look(page, "register-code", device);
    await codeField(page).fill(await inbox.codeFor(email, { after, subject: CODE_MAILS.register }));
    await passwordField(page).fill("passwordpassword");
    await look(page, "register-password", device);
    await page.getByRole("button", { name: "Make the account" }).click();
    await expect(page.getByText("attackers try first")).toBeVisible();
    await look(page, "register-weak", device);

    await page.goto("/reset");
    await expect(page.getByLabel("E-mail address")).toBeFocused();
    await look(page, "reset-start", device);

    await page.goto("/end-sessions");
    await expect(page.getByRole("heading", { name: "Open the link in the mail" })).toBeVisible();
    await look(page, "end-sessions-incomplete", device);
    await page.goto("/signin");
    await page.goto(`/end-sessions#token=${"A".repeat(43)}`);
    await expect(page.getByRole("heading", { name: "End all sessions?" })).toBeVisible();
    await look(page, "end-sessions-ready", device);
    await page.getByRole("button", { name: "End all sessions" }).click();
    await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
    await look(page, "end-sessions-expired", device);
  });
}
