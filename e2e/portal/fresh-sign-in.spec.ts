/** Approving an act by signing in at the provider once more, in a window of its own. */
import type { Page } from "@playwright/test";
import { untilIssued } from "./support/add-flow";
import { expect, test } from "./support/fixtures";
import type { Person } from "./support/people";
import { DEVICES, look } from "./support/screens";

async function chooseProvider(page: Page, nickname: string): Promise<Page> {
  await page.getByRole("textbox", { name: "Nickname" }).fill(nickname);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await page.getByRole("button", { name: "Use another way" }).click();
  await page.getByRole("button", { name: /Your provider/ }).click();
  const opening = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in at your provider" }).click();
  await expect(page.getByRole("button", { name: "Waiting for your provider…" })).toBeVisible();
  return opening;
}

/** At the demo's provider, as somebody whom it doesn't know yet. */
async function signInAs(window: Page, { email, name }: Pick<Person, "email" | "name">): Promise<void> {
  await window.getByText("Be somebody new").click();
  await window.getByRole("textbox", { name: "Address", exact: true }).fill(email);
  await window.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await window.getByRole("button", { name: "Sign in as this person" }).click();
}

test("a client is added by signing in at the provider once more; the page stays where it was meanwhile", async ({ home, make, open, store }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, `${home.pagePath}/clients/new`);
  const window = await chooseProvider(page, "By provider");
  await signInAs(window, person);
  await untilIssued(page, "By provider");
  expect(await store.sql("SELECT count(*)::int FROM sessions WHERE user_id = $1", [person.userId])).toEqual([{ count: 1 }]);
  expect(await store.sql("SELECT data->>'proof' AS proof FROM audit_events WHERE chain_id = $1 AND action = 'client.issued' AND actor_id = $2", [home.subscriptionId, person.userId])).toEqual([{ proof: "fresh sign-in at the provider" }]);
});

test("somebody else's sign-in at the provider approves nothing, and the page that waits says so", async ({ home, make, open, store }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, `${home.pagePath}/clients/new`);
  const window = await chooseProvider(page, "By another");
  const closed = window.waitForEvent("close");
  await signInAs(window, { email: "somebody-else@example.test", name: "Else" });
  await expect(page.getByRole("alert").filter({ hasText: "another account than the one you sign in here with" })).toBeVisible();
  await closed;
  expect(await store.sql("SELECT FROM access_clients WHERE owner_id = $1", [person.userId])).toEqual([]);
  for (const device of ["desktop", "phone"] as const) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "fresh-sign-in-refused", device);
  }
});
