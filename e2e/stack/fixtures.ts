/** Playwright's `test` with the running stack at hand; relative URLs are the portal's. */
import { type Page, test as base } from "@playwright/test";
import type { Account } from "../../scripts/demo/accounts";
import type { ReceivedMail } from "../../scripts/demo/mailbox";
import { readStack, type StackDescription } from "./description";

export { expect } from "@playwright/test";

export interface Inbox {
  /** The number of the newest mail so far: pass it as `after`. */
  latest(): Promise<number>;
  /** The first mail to this address after the one numbered `after`, there already or as soon as it comes. */
  waitFor(to: string, options: { after: number; subject?: string }): Promise<ReceivedMail>;
  /** The code in that mail; the mail is the first that has one, unless `subject` says which. */
  codeFor(to: string, options: { after: number; subject?: string }): Promise<string>;
}

interface Fixtures {
  stack: StackDescription;
  inbox: Inbox;
  /** From the portal's sign-in page through the provider's and back. */
  signInAs: (page: Page, account: Pick<Account, "subject">) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  // The portal tests and the tunnel tests have one stack, so what a fixture could depend on makes no difference.
  stack: async ({ browserName: _any }, use) => use(readStack()),
  baseURL: async ({ stack }, use) => use(stack.portalUrl),
  inbox: async ({ stack }, use) => use(inboxAt(stack.mailboxUrl)),
  signInAs: async ({ stack }, use) =>
    use(async (page, { subject }) => {
      await page.goto("/signin");
      await page.getByRole("button", { name: /^Continue with/ }).click();
      await page.waitForURL(`${stack.issuer}/**`);
      await page.locator(`button[name=subject][value="${subject}"]`).click();
      await page.waitForURL(`${stack.portalUrl}/**`);
    }),
});

export function inboxAt(mailboxUrl: string): Inbox {
  const waitFor: Inbox["waitFor"] = async (to, { after, subject }) => {
    const query = new URLSearchParams({ to, after: String(after), timeout: "60000", ...(subject ? { subject } : {}) });
    const response = await fetch(`${mailboxUrl}/api/messages/wait?${query}`);
    if (response.status !== 200) throw new Error(`No mail to ${to} came within 20 s.`);
    return (await response.json()) as ReceivedMail;
  };
  return {
    waitFor,
    // Without the mails themselves.
    latest: async () => ((await (await fetch(`${mailboxUrl}/api/messages?after=${Number.MAX_SAFE_INTEGER}`)).json()) as { latest: number }).latest,
    codeFor: async (to, { after, subject = "is your code" }) => {
      const mail = await waitFor(to, { after, subject });
      const code = /\b(?:\d{6}|\d{8})\b/.exec(mail.text)?.[0];
      if (!code) throw new Error(`The mail “${mail.subject}” holds no code.`);
      return code;
    },
  };
}
