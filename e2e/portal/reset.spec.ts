import type { Page } from "@playwright/test";
import type { Inbox } from "@/e2e/stack/fixtures";
import { addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { CODE_MAILS, forgetTries, strangePassword } from "./support/password-people";
import { uniqueAddress } from "./support/people";
import { codeField, expectSignedIn, giveCredentials } from "./support/sign-in-page";

test.beforeEach(({ store }) => forgetTries(store));

/** From the sign-in page up to the step after the mailed code. */
async function askForReset(page: Page, inbox: Inbox, email: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("link", { name: "Forgot it?" }).click();
  await expect(page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  // The address comes along.
  await expect(page.getByLabel("E-mail address")).toHaveValue(email);
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await codeField(page).fill(await inbox.codeFor(email, { after, subject: CODE_MAILS.reset }));
}

async function choose(page: Page, password: string): Promise<void> {
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Set the password and sign in" }).click();
}

test("who forgot the password chooses a new one by a mailed code and is signed in; the old one and every old session are over", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const { page } = await open(null, "/signin");
  await askForReset(page, inbox, person.email);
  const password = strangePassword();
  await choose(page, password);
  await expectSignedIn(page);
  expect((await person.api.get("/api/v1/account")).status).toBe(401);

  const { page: again, watch } = await open(null, "/signin");
  watch.expect(/status of 401/);
  await giveCredentials(again, person);
  await expect(again.getByText("The address or the password is not right.")).toBeVisible();
  const after = await inbox.latest();
  await giveCredentials(again, { email: person.email, password });
  await codeField(again).fill(await inbox.codeFor(person.email, { after, subject: CODE_MAILS.sign_in }));
  await expectSignedIn(again);
});

test("with a second factor a mailed code alone gives no new password: the factor is asked for in between", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const phone = await addPhone(inbox, person);
  const { page } = await open(null, "/signin");
  await askForReset(page, inbox, person.email);
  await expect(page.getByRole("heading", { name: "Open your authenticator app" })).toBeVisible();
  await codeField(page).fill(await phone.code());
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await choose(page, strangePassword());
  await expectSignedIn(page);
});

/** What somebody sees who types an address, and then guesses a code: every text of the page, and what was sent and answered. */
async function seenBy(page: Page, path: string, email: string): Promise<{ texts: string[]; answers: unknown[] }> {
  const texts: string[] = [];
  const answers: Promise<unknown>[] = [];
  // Countdowns stand still, so that a slow moment reads no different.
  await page.clock.setFixedTime(new Date());
  const words = async (): Promise<string> => (await page.locator("main").innerText()).replace(/\d+:\d\d/g, "0:00");
  const blank = (text: string): string => text.replaceAll(/[a-z]+-[0-9a-f]{10}@/g, "X@").replace(/"expiresAt":"[^"]+"/, '"expiresAt":""').replace(/\S•••@/, "•••@");
  page.on("response", (response) => {
    if (!response.url().includes("/api/v1/sign-in/")) return;
    answers.push(response.text().then((text) => [new URL(response.url()).pathname, response.status(), Object.keys(response.headers()).sort(), blank(text)]));
  });
  await page.goto(path);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(codeField(page)).toBeFocused();
  texts.push(blank(await words()));
  for (const left of ["4 tries left", "3 tries left", "2 tries left", "1 try left"]) {
    await codeField(page).fill("12345678");
    await expect(page.getByText(left)).toBeVisible();
    texts.push(blank(await words()));
  }
  await codeField(page).fill("12345678");
  await expect(page.getByText("Too many wrong codes")).toBeVisible();
  texts.push(blank(await words()));
  return { texts, answers: await Promise.all(answers) };
}

for (const path of ["/register", "/reset"]) {
  test(`an address with an account and one without look alike at every step of ${path}, in text, answers and mails sent`, async ({ make, open, inbox }) => {
    const [known, unknown] = [(await make.registered("unknowable")).email, uniqueAddress("unknowable")];
    const views: Awaited<ReturnType<typeof seenBy>>[] = [];
    for (const email of [known, unknown]) {
      const { page, watch } = await open(null, "/signin");
      watch.expect(/status of 403/);
      const after = await inbox.latest();
      views.push(await seenBy(page, path, email));
      // Each gets one mail; only its owner reads which.
      await inbox.waitFor(email, { after });
    }
    expect(views[0]).toEqual(views[1]);
    expect([views[0]?.texts.length, views[0]?.answers.length]).toEqual([6, 6]);
  });
}

test("who has no account, or no password, learns from the mail alone what to do", async ({ make, open, inbox }) => {
  const provided = await make.person();
  const registered = await make.registered();
  for (const [path, email, subject] of [
    ["/reset", uniqueAddress("nobody"), "There is no account with your address"],
    ["/reset", provided.email, "Your account has no password"],
    ["/register", registered.email, "You already have an account"],
  ] as const) {
    const { page } = await open(null, path);
    const after = await inbox.latest();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Mail me a code" }).click();
    await expect(page.getByText("if there is none, it says what to do instead")).toBeVisible();
    const mail = await inbox.waitFor(email, { after, subject });
    expect(mail.text).not.toMatch(/\b\d{8}\b/);
  }
});

test("an address that can't be one is refused in the portal's own words (T9)", async ({ open }) => {
  const { page, watch } = await open(null, "/reset");
  watch.expect(/status of 400/);
  for (const [address, why] of [["ada", "Enter an e-mail address like ada@example.com."], ["ada＠example.test", "a character that looks like another"], ["a@example.test, b@example.test", "Enter one e-mail address"]] as const) {
    await page.getByLabel("E-mail address").fill(address);
    await page.getByRole("button", { name: "Mail me a code" }).click();
    await expect(page.getByText(why)).toBeVisible();
    await expect(page.getByLabel("E-mail address")).toBeFocused();
  }
});
