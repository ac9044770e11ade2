/** The security page, driven as a person does it. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Inbox } from "@/e2e/stack/fixtures";
import { makePhone, type Phone } from "./totp";

export const dialog = (page: Page): Locator => page.getByRole("dialog");
export const section = (page: Page, name: string): Locator => page.getByRole("region", { name });

/** The step-up dialog, by the code that comes for the act. @param act part of the mail's subject */
export async function approveByMail(page: Page, inbox: Inbox, to: string, { after, act }: { after: number; act: string }): Promise<void> {
  await expect(page.getByRole("dialog").getByText(act).first()).toBeVisible();
  await dialog(page).getByRole("textbox", { name: "Code", exact: true }).fill(await inbox.codeFor(to, { after, subject: act }));
}

/** The key for typing, as it is shown. */
export const shownKey = async (page: Page): Promise<string> => ((await page.locator("code", { hasText: /^(?:[A-Z2-7]{4} ?){8}$/ }).textContent()) ?? "").replaceAll(" ", "");

/** From the key on the page to the phone that has it. */
export const phoneFromPage = async (page: Page): Promise<Phone> => makePhone({ secret: await shownKey(page), digits: 6, periodSeconds: 30 });

export const appCodeField = (page: Page): Locator => page.getByRole("textbox", { name: "Code from your authenticator app" });

/** @param act part of what is approved */
export async function approveByApp(page: Page, phone: Phone, act: string): Promise<void> {
  await expect(dialog(page).getByText(act).first()).toBeVisible();
  await appCodeField(page).fill(await phone.code());
  await page.keyboard.press("Enter");
}
