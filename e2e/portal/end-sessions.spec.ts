import type { Inbox } from "@/e2e/stack/fixtures";
import { addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { forgetTries } from "./support/password-people";
import type { Person } from "./support/people";

test.beforeEach(({ store }) => forgetTries(store));

/** From the mail that tells of a new second factor. */
async function linkFor(inbox: Inbox, person: Person): Promise<string> {
  await addPhone(inbox, person);
  const mail = await inbox.waitFor(person.email, { after: 0, subject: "was added to your account" });
  const link = /\S+\/end-sessions#token=[\w-]{43}/.exec(mail.text)?.[0];
  if (!link) throw new Error(`No link in: ${mail.text}`);
  return link;
}

test("opening the link of a mail ends nothing; its button ends every session, once (T18)", async ({ make, open, inbox, store }) => {
  const person = await make.registered();
  const token = (await linkFor(inbox, person)).split("#token=")[1] ?? "";
  const other = await make.registered();
  const signedIn = async (api: typeof person.api): Promise<boolean> => (await api.get("/api/v1/account")).status === 200;

  const { page, watch } = await open(person.api, `/end-sessions#token=${token}`);
  await expect(page.getByRole("heading", { name: "End all sessions?" })).toBeVisible();
  // Gone from the address bar and the history, and never sent to the portal by opening.
  expect(page.url()).not.toContain("token");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Open the link in the mail" })).toBeVisible();
  expect(watch.requests.some(({ url, body, headers }) => `${url} ${body} ${JSON.stringify(headers)}`.includes(token))).toBe(false);
  expect(watch.requests.every(({ method }) => method === "GET")).toBe(true);
  expect(await signedIn(person.api)).toBe(true);
  expect(await store.sql("SELECT DISTINCT used_at FROM account_links WHERE user_id = $1", [person.userId])).toEqual([{ used_at: null }]);

  await page.evaluate((hash) => void (location.hash = hash), `token=${token}`);
  await page.getByRole("button", { name: "End all sessions" }).click();
  await expect(page.getByRole("heading", { name: "All sessions have ended" })).toBeFocused();
  expect(await signedIn(person.api)).toBe(false);
  expect(await signedIn(other.api)).toBe(true);

  const { page: later, watch: laterWatch } = await open(null, `/end-sessions#token=${token}`);
  laterWatch.expect(/status of 410/);
  await later.getByRole("button", { name: "End all sessions" }).click();
  await expect(later.getByRole("heading", { name: "This link no longer works" })).toBeFocused();
  await later.getByRole("link", { name: "Sign in" }).click();
  await expect(later).toHaveURL(/\/signin\?callbackUrl=%2Fsecurity$/);
});

test("a link that was cut off in the mail is told apart from one that is over, and a portal out of reach leaves the button", async ({ make, open, inbox }) => {
  const person = await make.registered();
  const link = await linkFor(inbox, person);
  const { page, watch } = await open(null, new URL(link).pathname + new URL(link).hash.slice(0, 30));
  await expect(page.getByRole("heading", { name: "Open the link in the mail" })).toBeVisible();
  await page.goto("about:blank");
  await page.goto(link);
  watch.expect(/ERR_FAILED/);
  await page.route("**/api/v1/account/end-sessions", (route) => route.abort());
  await page.getByRole("button", { name: "End all sessions" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "can't be reached" })).toBeVisible();
  await page.unroute("**/api/v1/account/end-sessions");
  await page.getByRole("button", { name: "End all sessions" }).click();
  await expect(page.getByRole("heading", { name: "All sessions have ended" })).toBeVisible();
});
