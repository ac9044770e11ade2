/** Operators: people, turned off and on again; and guessing that is slowed down. */
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail, dialog } from "./support/security-page";
import { forgetTries } from "./support/password-people";

test("an operator finds a person, deactivates them and lets them in again with a proof (T12)", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  const operator = await make.operator();
  const { page } = await open(operator.api, "/operator/users");
  await page.getByRole("textbox", { name: "Search users" }).fill(person.email);
  const row = page.getByRole("row", { name: person.email });
  await expect(row).toContainText(home.name);
  await expect(row).toContainText("1 provider");
  await expect(row).toContainText("no second factor");
  let after = await inbox.latest();
  await row.getByRole("button", { name: "Deactivate" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("They are signed out at once");
  await expect(question).toContainText("Their clients stay connected");
  await question.getByRole("button", { name: "Deactivate" }).click();
  await expect(row).toContainText("Deactivated");
  expect((await person.api.get(home.apiPath)).status).toBe(401);
  await inbox.waitFor(person.email, { after, subject: "deactivated" });

  after = await inbox.latest();
  await row.getByRole("button", { name: "Reactivate" }).click();
  await expect(dialog(page)).toContainText(`turn the account ${person.email} back on`);
  await approveByMail(page, inbox, operator.email, { after, act: `turn the account ${person.email} back on` });
  await expect(row.getByRole("button", { name: "Deactivate" })).toBeVisible();
  // The session that ended stays over; a new one can be had.
  expect((await person.api.get(home.apiPath)).status).toBe(401);
  expect((await (await make.session(person)).get(`/api/v1/subscriptions/${home.subscriptionId}`)).status).toBe(200);
});

test("an operator can't deactivate themselves, and sees no button for it", async ({ make, open }) => {
  const operator = await make.operator();
  const { page } = await open(operator.api, `/operator/users?q=${encodeURIComponent(operator.email)}`);
  const row = page.getByRole("row", { name: operator.email });
  await expect(row).toContainText("You");
  await expect(row.getByRole("button")).toHaveCount(0);
  expect((await operator.api.post(`/api/v1/operator/users/${operator.userId}/deactivate`)).status).toBe(400);
  await page.getByRole("textbox", { name: "Search users" }).fill("nobody has this name");
  await expect(page.getByText("Nobody matches")).toBeVisible();
});

test("an operator sees guessing that is slowed down, and lifts the block", async ({ make, open, store }) => {
  const person = await make.registered();
  const operator = await make.operator();
  await forgetTries(store);
  const stranger = await make.stranger();
  for (let guess = 0; guess < 12; guess++) await stranger.post("/api/v1/sign-in/password", { email: person.email, password: `guess number ${guess} of many` });
  const { page } = await open(operator.api, "/operator/blocks");
  const blocks = page.getByRole("row").filter({ hasText: person.email });
  await expect(blocks.first()).toBeVisible();
  const before = await blocks.count();
  await blocks.first().getByRole("button", { name: /^Lift/ }).click();
  await expect(page.getByRole("alertdialog")).toContainText("It is written in the log.");
  await page.getByRole("alertdialog").getByRole("button", { name: "Lift it" }).click();
  await expect(blocks).toHaveCount(before - 1);
  await forgetTries(store);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("Nothing is blocked")).toBeVisible();
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`the operators' pages of users and blocks are whole, light and dark: ${device}`, async ({ home, make, open, store }) => {
    const operator = await make.operator();
    const [member, off] = [await make.member(home, "admin"), await make.person()];
    await store.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [off.userId]);
    const { page } = await open(operator.api, "/operator/users", DEVICES[device]);
    await expect(page.getByRole("row", { name: member.email })).toBeVisible();
    await look(page, "operator-users", device);
    await page.getByRole("row", { name: member.email }).getByRole("button", { name: "Deactivate" }).click();
    await look(page, "operator-deactivate", device);
    await forgetTries(store);
    const { page: blocks } = await open(operator.api, "/operator/blocks", DEVICES[device]);
    await expect(blocks.getByText("Nothing is blocked")).toBeVisible();
    await look(blocks, "operator-blocks-none", device);
    const stranger = await make.stranger();
    for (let guess = 0; guess < 12; guess++) await stranger.post("/api/v1/sign-in/password", { email: "ada@example.test", password: `guess number ${guess} of many` });
    await blocks.getByRole("button", { name: "Refresh" }).click();
    await expect(blocks.getByRole("row").filter({ hasText: "ada@example.test" }).first()).toBeVisible();
    await look(blocks, "operator-blocks", device);
    await forgetTries(store);
  });
}
