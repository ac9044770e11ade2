/** What a person does on the pages of signing in. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { PasswordPerson } from "./password-people";

export const signInButton = (page: Page): Locator => page.getByRole("button", { name: "Sign in", exact: true });
export const passwordField = (page: Page): Locator => page.getByLabel("Password", { exact: true });
export const codeField = (page: Page): Locator => page.getByRole("textbox", { name: "Code", exact: true });

/** Address and password, up to what the portal asks for next. */
export async function giveCredentials(page: Page, { email, password }: Pick<PasswordPerson, "email" | "password">): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await passwordField(page).fill(password);
  await signInButton(page).click();
}

/** Signed in, on the start page of somebody without a subscription. */
export async function expectSignedIn(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "No subscription yet" })).toBeVisible();
}
