import type { Page } from "@playwright/test";
import { addOnPage, askOnPage, typeCode, untilIssued } from "./support/add-flow";
import { askForCode, errorCode, wrongCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import type { Store } from "./support/store";

const NEW = (pagePath: string): string => `${pagePath}/clients/new`;

const clientsOf = (store: Store, userId: string): Promise<{ id: string; nickname: string }[]> => store.sql("SELECT id, nickname FROM access_clients WHERE owner_id = $1", [userId]);

test("a wrong code says how many tries are left; after the last one a new code is mailed and works", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/status of 403/);
  const { mail, code } = await askOnPage(page, inbox, person.email, "Fumbling");
  for (const [index, left] of ["4 tries left", "3 tries left", "2 tries left", "1 try left"].entries()) {
    await typeCode(page, wrongCode(code, index + 1));
    await expect(page.getByText(`That code isn’t right. ${left}.`)).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Code" })).toBeFocused();
    await expect(page.getByRole("textbox", { name: "Code" })).toHaveValue("");
  }
  await typeCode(page, wrongCode(code, 9));
  await expect(page.getByRole("alert").filter({ hasText: "That was the last try" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Code" })).toHaveCount(0);

  await page.getByRole("button", { name: "Mail a new code" }).click();
  const fresh = await inbox.codeFor(person.email, { after: mail.id });
  await typeCode(page, fresh);
  await untilIssued(page, "Fumbling");
  expect(await clientsOf(store, person.userId)).toHaveLength(1);
});

test("a spent or guessed-out code stays refused, also when it is right", async ({ home, make, inbox, store }) => {
  const person = await make.member(home, "member");
  const { challenge, code } = await askForCode(inbox, person, home, "Locked");
  const present = (digits: string) => person.api.post(`${home.apiPath}/clients`, { nickname: "Locked", publicKey: challenge.sealTo, sealedPresharedKey: null, proof: { challengeId: challenge.challengeId, code: digits } });
  for (const left of [4, 3, 2, 1, 0]) expect((await present(wrongCode(code, left + 1))).body).toMatchObject({ error: { code: "step_up_wrong_code", facts: { triesLeft: left } } });
  expect(errorCode(await present(code))).toBe("step_up_spent");
  expect(await clientsOf(store, person.userId)).toEqual([]);
});

test("a code can be mailed again after half a minute and not before, and is the same code", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, NEW(home.pagePath));
  const { mail, code } = await askOnPage(page, inbox, person.email, "Impatient");
  await expect(page.getByRole("button", { name: /^Send again in 0:\d\d$/ })).toBeDisabled();
  const [{ id } = { id: "" }] = await store.sql<{ id: string }>("SELECT id FROM step_up_challenges WHERE user_id = $1", [person.userId]);
  const tooSoon = await person.api.post(`/api/v1/challenges/${id}/resend`);
  expect([tooSoon.status, errorCode(tooSoon)]).toEqual([429, "step_up_too_soon"]);
  expect(Number(tooSoon.headers["retry-after"])).toBeGreaterThan(0);

  // Half a minute passes, for the browser and for the portal.
  await page.clock.install();
  await page.goto(NEW(home.pagePath));
  const again = await askOnPage(page, inbox, person.email, "Impatient");
  expect(again.code).not.toBe(code);
  await store.sql("UPDATE step_up_challenges SET last_sent_at = last_sent_at - interval '31 s' WHERE user_id = $1", [person.userId]);
  await page.clock.fastForward(31_000);
  await page.getByRole("button", { name: "Send the code again" }).click();
  expect(await inbox.codeFor(person.email, { after: again.mail.id })).toBe(again.code);
  await expect(page.getByText("Sent again")).toBeVisible();
  expect(mail.id).toBeLessThan(again.mail.id);
});

test("a code that has run out says so and gives way to a new one", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/status of 403/);
  const { mail, code } = await askOnPage(page, inbox, person.email, "Late");
  await store.sql("UPDATE step_up_challenges SET created_at = created_at - interval '11 min', expires_at = expires_at - interval '11 min' WHERE user_id = $1", [person.userId]);
  await typeCode(page, code);
  await expect(page.getByRole("alert").filter({ hasText: "That code has run out" })).toBeVisible();
  await page.getByRole("button", { name: "Mail a new code" }).click();
  await typeCode(page, await inbox.codeFor(person.email, { after: mail.id }));
  await untilIssued(page, "Late");
});

/** Requests reach the portal and are done; their answers get lost on the way back. @returns how many went up */
async function loseAnswers(page: Page, apiPath: string, count: number): Promise<() => number> {
  let sent = 0;
  await page.route(`**${apiPath}/clients`, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    sent += 1;
    if (sent > count) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  return () => sent;
}

test("an answer that got lost is asked for again by itself: one client, one address", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/net::ERR_CONNECTION_RESET/);
  const sent = await loseAnswers(page, home.apiPath, 1);
  const file = await addOnPage(page, inbox, person.email, "Lossy");
  expect([sent(), file.text.startsWith("[Interface]")]).toEqual([2, true]);
  expect(await clientsOf(store, person.userId)).toHaveLength(1);
});

test("when the portal stays silent the person can try again without fear: same keys, same client, once", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/net::ERR_CONNECTION_RESET/);
  const sent = await loseAnswers(page, home.apiPath, 3);
  const { code } = await askOnPage(page, inbox, person.email, "Silent");
  await typeCode(page, code);
  await expect(page.getByRole("alert").filter({ hasText: "No answer from the portal" })).toBeVisible();
  const [before] = await clientsOf(store, person.userId);
  await page.getByRole("button", { name: "Try again" }).click();
  await untilIssued(page, "Silent");
  expect(sent()).toBe(4);
  expect(await clientsOf(store, person.userId)).toEqual([before]);
  const bodies = watch.requests.filter(({ method, url }) => method === "POST" && url.endsWith(`${home.apiPath}/clients`)).map(({ body }) => body);
  expect(new Set(bodies).size).toBe(1);
});

test("a session that ends in the middle is said plainly, and nothing is added", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  watch.expect(/status of 401/);
  const { code } = await askOnPage(page, inbox, person.email, "Cut short");
  await store.sql("UPDATE sessions SET revoked_at = now() WHERE user_id = $1", [person.userId]);
  await typeCode(page, code);
  await expect(page.getByRole("alert").filter({ hasText: "You are signed out" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Sign in again" }).click();
  await expect(page).toHaveURL(/\/signin\?/);
  await expect(page.getByRole("alert").filter({ hasText: "Your session ended" })).toBeVisible();
  expect(await clientsOf(store, person.userId)).toEqual([]);
});
