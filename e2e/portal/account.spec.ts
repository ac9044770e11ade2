/** The account page: who one is to the portal, where it writes to, and the end of it. */
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { uniqueAddress } from "./support/people";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail, dialog, section } from "./support/security-page";

test("name, language and time zone are kept, and nothing else can be set along with them (T1)", async ({ make, open, store }) => {
  const person = await make.person();
  const { page } = await open(person.api, "/account");
  await page.getByRole("textbox", { name: "Name" }).fill("Ada  Lovelace ");
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await page.getByRole("combobox", { name: "Time zone" }).selectOption("Europe/Berlin");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Ada Lovelace");
  await expect(page.getByRole("combobox", { name: "Time zone" })).toHaveValue("Europe/Berlin");
  for (const more of [{ isOperator: true }, { email: "other@example.test" }, { emailVerified: true }, { role: "owner" }, { deactivatedAt: null }]) {
    expect((await person.api.send("PATCH", "/api/v1/account", { name: "Mallory", ...more })).status, JSON.stringify(more)).toBe(400);
  }
  expect(await store.sql("SELECT name, locale, time_zone, is_operator, email FROM users WHERE id = $1", [person.userId])).toEqual([
    { name: "Ada Lovelace", locale: "de", time_zone: "Europe/Berlin", is_operator: false, email: person.email },
  ]);
});

test("the address changes with a code from the new one and an approval by the old; both are told", async ({ make, open, inbox, store }) => {
  const person = await make.person();
  const wanted = uniqueAddress("moved");
  const { page, watch } = await open(person.api, "/account");
  watch.expect(/status of 403/);
  await page.getByRole("button", { name: "Change address" }).click();
  await page.getByRole("textbox", { name: "New address" }).fill(wanted);
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Mail a code there" }).click();
  const fromNew = await inbox.codeFor(wanted, { after, subject: "address of your account" });
  const fromOld = await inbox.codeFor(person.email, { after, subject: "change your e-mail address" });
  const field = page.getByRole("textbox", { name: "Code from the new address" });

  // The code that came to the old address is no proof of the new one, nor is it as long.
  await field.fill(`${fromOld}00`);
  await dialog(page).getByRole("textbox", { name: "Code", exact: true }).fill(fromOld);
  await expect(page.getByText(/4 tries left/)).toBeVisible();
  await expect(field).toBeFocused();
  expect(await store.sql("SELECT email FROM users WHERE id = $1", [person.userId])).toEqual([{ email: person.email }]);

  await field.fill(fromNew);
  await expect(dialog(page)).toContainText(`change your e-mail address to ${wanted}`);
  await dialog(page).getByRole("textbox", { name: "Code", exact: true }).fill(fromOld);
  await expect(page.getByText(`Your address is ${wanted} now`)).toBeVisible();
  expect(await store.sql("SELECT email FROM users WHERE id = $1", [person.userId])).toEqual([{ email: wanted }]);
  const told = await inbox.waitFor(person.email, { after, subject: "The e-mail address of your account was changed" });
  expect(told.text).toContain(wanted);
  await inbox.waitFor(wanted, { after, subject: "This is your account's e-mail address now" });
});

test("an address of somebody else is refused after both proofs, and its owner keeps it (T14)", async ({ make, open, inbox, store }) => {
  const [person, other] = [await make.person(), await make.person()];
  const { page, watch } = await open(person.api, "/account");
  watch.expect(/status of 409/);
  await page.getByRole("button", { name: "Change address" }).click();
  await page.getByRole("textbox", { name: "New address" }).fill(other.email);
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Mail a code there" }).click();
  await page.getByRole("textbox", { name: "Code from the new address" }).fill(await inbox.codeFor(other.email, { after, subject: "address of your account" }));
  await approveByMail(page, inbox, person.email, { after, act: "change your e-mail address" });
  await expect(page.getByText("Another account already uses this e-mail address.")).toBeVisible();
  expect(await store.sql("SELECT id FROM users WHERE email = $1", [other.email])).toEqual([{ id: other.userId }]);
});

test("deleting says what will happen, and does it: clients revoked at the gateway, signed out, the address free again", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { client } = await addClient(inbox, person, home, "Left over");
  const { page } = await open(person.api, "/account");
  await expect(section(page, "Delete account")).toContainText("your client is revoked at once");
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(dialog(page)).toContainText("Delete your account?");
  await approveByMail(page, inbox, person.email, { after, act: "delete your account" });
  await expect(page.getByRole("heading", { name: "Your account is deleted" })).toBeVisible();
  expect((await person.api.get("/api/v1/account")).status).toBe(401);
  await expect.poll(async () => (await store.sql<{ state: string }>("SELECT state FROM access_clients WHERE id = $1", [client.id]))[0]?.state).toBe("revoked");
  expect(await store.sql("SELECT 1 FROM users WHERE email = $1", [person.email])).toEqual([]);
  await page.getByRole("button", { name: "To the sign-in page" }).click();
  await expect(page).toHaveURL(/\/signin/);
  // The same address makes a new account, without anything of the old one.
  const again = await make.person({ email: person.email });
  expect(again.userId).not.toBe(person.userId);
  expect((await again.api.get(home.apiPath)).status).toBe(404);
});

test("the only owner of a subscription can't delete the account, and is told of which", async ({ make, open }) => {
  const tenant = await make.tenant({ name: "Unhanded Orchard" });
  const { page } = await open(tenant.owner.api, "/account");
  const card = section(page, "Delete account");
  await expect(card).toContainText("You are the only owner of a subscription");
  await expect(card.getByRole("link", { name: "Unhanded Orchard" })).toBeVisible();
  await expect(card.getByRole("button", { name: "Delete my account" })).toHaveCount(0);
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`the account page is whole, light and dark: ${device}`, async ({ home, make, open, inbox }) => {
    const { page } = await open((await make.member(home, "member")).api, "/account", DEVICES[device]);
    await expect(section(page, "Delete account")).toBeVisible();
    await look(page, "account", device);
    await page.getByRole("button", { name: "Change address" }).click();
    await look(page, "account-address", device);
    const wanted = uniqueAddress("looked");
    await page.getByRole("textbox", { name: "New address" }).fill(wanted);
    const after = await inbox.latest();
    await page.getByRole("button", { name: "Mail a code there" }).click();
    await expect(page.getByRole("textbox", { name: "Code from the new address" })).toBeVisible();
    await look(page, "account-address-code", device);
    await page.getByRole("textbox", { name: "Code from the new address" }).fill(await inbox.codeFor(wanted, { after }));
    await expect(dialog(page)).toBeVisible();
    await look(page, "account-address-approve", device);
    const { page: owners } = await open(home.owner.api, "/account", DEVICES[device]);
    await expect(owners.getByText("You are the only owner")).toBeVisible();
    await look(owners, "account-owner", device);
  });
}
