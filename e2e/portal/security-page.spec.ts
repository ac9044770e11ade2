/** The security page: who can sign in, second factors, sessions, and what happened. */
import { readFile } from "node:fs/promises";
import { encode } from "uqr";
import { modulesOnScreen } from "./support/add-flow";
import { addVirtualAuthenticator } from "./support/authenticator";
import { addPhone } from "./support/factors";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByApp, approveByMail, dialog, phoneFromPage, section, shownKey } from "./support/security-page";

test("an authenticator app is added with its QR code or key; recovery codes are shown once; a second factor is suggested as a backup, and why", async ({ make, open, inbox, store }) => {
  const person = await make.person();
  const { page } = await open(person.api, "/security", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Phone");
  const after = await inbox.latest();
  await dialog(page).getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, person.email, { after, act: "add the authenticator app “Phone”" });

  await expect(page.getByText("Scan this with your authenticator app")).toBeVisible();
  const uri = (await dialog(page).getByRole("link", { name: "Open in an app on this phone", includeHidden: true }).getAttribute("href")) ?? "";
  const drawn = encode(uri, { ecc: "L", border: 4 });
  expect(await modulesOnScreen(page, drawn.size)).toEqual(drawn.data);
  const phone = await phoneFromPage(page);
  expect(new URL(uri).searchParams.get("secret")).toBe(await shownKey(page));
  const field = page.getByRole("textbox", { name: "Type the code that the app shows now" });
  await field.fill(await phone.code());

  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const shown = await codes.allTextContents();
  await page.keyboard.press("Escape");
  await expect(codes).toHaveCount(10);
  await expect(page.getByRole("button", { name: "Continue" })).toBeDisabled();
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(shown.join("\n"));
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  expect(await readFile(await file.path(), "utf8")).toContain(shown.join("\n"));
  await page.getByRole("checkbox", { name: "I saved them somewhere safe" }).check();
  await page.getByRole("button", { name: "Continue" }).click();

  await expect(page.getByText("Add a second one as a backup").last()).toBeVisible();
  await expect(page.getByText("Phones get lost, broken and replaced.")).toBeVisible();
  await page.getByRole("button", { name: "Not now, close" }).click();
  const factors = section(page, "Second factors");
  await expect(factors.getByRole("listitem", { name: "Phone" })).toContainText("Authenticator app");
  await expect(factors).toContainText("You have one.");
  await expect(factors).toContainText("10 of 10 left");
  await expect(section(page, "What happened")).toContainText("Added the authenticator app “Phone”.");
  await inbox.waitFor(person.email, { after, subject: "authenticator app" });

  await page.reload();
  await expect(factors).toContainText("10 of 10 left");
  expect(await page.content()).not.toContain(shown[0]);
  // Stored as nothing that could be typed.
  const [row] = await store.sql<{ t: string }>("SELECT string_agg(r::text, ' ') AS t FROM recovery_codes r WHERE user_id = $1", [person.userId]);
  for (const code of shown) expect(row?.t).not.toContain(code);
});

test("a passkey is added, named, renamed and removed; who has a second factor changes it with that alone (T11)", async ({ make, open, inbox }) => {
  const person = await make.person();
  const phone = await addPhone(inbox, person);
  const { page } = await open(person.api, "/security");
  const authenticator = await addVirtualAuthenticator(page);
  const factors = section(page, "Second factors");
  await factors.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Travel laptop");
  await dialog(page).getByRole("button", { name: "Continue" }).click();
  // No mail: a mailbox alone doesn't change how this person signs in.
  await expect(dialog(page).getByText("add the passkey “Travel laptop”")).toBeVisible();
  await page.getByRole("button", { name: "Use another way" }).click();
  await expect(page.getByRole("list", { name: "Other ways" }).getByRole("button")).toHaveText([/Recovery code/]);
  await page.getByRole("button", { name: "Use another way" }).click();
  await approveByApp(page, phone, "add the passkey “Travel laptop”");
  await expect(page.getByText("“Travel laptop” is added.")).toBeVisible();
  expect(await authenticator.passkeys()).toBe(1);
  await page.getByRole("button", { name: "Close" }).last().click();

  const row = factors.getByRole("listitem", { name: "Travel laptop" });
  await row.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Old laptop");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(factors.getByRole("listitem", { name: "Old laptop" })).toBeVisible();

  const after = await inbox.latest();
  await factors.getByRole("button", { name: "Remove Old laptop" }).click();
  await expect(dialog(page)).toContainText("Remove “Old laptop”?");
  await dialog(page).getByRole("button", { name: "Remove it with a passkey" }).click();
  await expect(factors.getByRole("listitem", { name: "Old laptop" })).toHaveCount(0);
  await inbox.waitFor(person.email, { after, subject: "passkey" });
});

test("removing the last second factor says what that means, and takes the recovery codes along", async ({ make, open, inbox }) => {
  const person = await make.person();
  const phone = await addPhone(inbox, person);
  const { page } = await open(person.api, "/?all=1");
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Security" }).click();
  const remove = page.getByRole("button", { name: "Remove Phone" });
  await remove.click();
  await expect(dialog(page)).toContainText("This is your last second factor.");
  // Thinking better of it changes nothing, and leaves the keyboard where it was.
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(remove).toBeFocused();
  await remove.click();
  await approveByApp(page, phone, "remove the authenticator app “Phone”");
  await expect(section(page, "Second factors")).toContainText("You have none yet.");
  await expect(page.getByText("10 of 10 left")).toHaveCount(0);
});

test("new recovery codes replace the old ones, and are shown once", async ({ make, open, inbox }) => {
  const person = await make.person();
  const phone = await addPhone(inbox, person);
  const { page } = await open(person.api, "/security");
  await page.getByRole("button", { name: "Make new codes" }).click();
  await approveByApp(page, phone, "make new recovery codes");
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  expect(await codes.allTextContents()).not.toContain(phone.recoveryCodes[0]);
  await page.getByRole("checkbox", { name: "I saved them somewhere safe" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(codes).toHaveCount(0);
});

test("sessions say where, how and when; one can be ended, then all others", async ({ make, open, store }) => {
  const person = await make.person();
  const [second, third] = [await make.session(person), await make.session(person)];
  await store.sql("UPDATE sessions SET two_factor = true, amr = '{pwd,mfa}' WHERE id = (SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1)", [person.userId]);
  const { page } = await open(person.api, "/security");
  const sessions = section(page, "Where you are signed in");
  await expect(sessions.getByRole("listitem")).toHaveCount(3);
  await expect(sessions.getByRole("listitem").first()).toContainText("This browser");
  await expect(sessions.getByRole("listitem").first()).toContainText("Signed in with the demo provider");
  await expect(sessions.getByText("Signed in with two factors at your provider")).toBeVisible();
  await expect(sessions.getByRole("listitem").nth(1)).toContainText(/Firefox on Linux.*from (127\.0\.0\.1|::1).*first seen.*last/s);

  await sessions.getByRole("button", { name: /^End the session/ }).first().click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End it" }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  const statuses = async () => [(await second.get("/api/v1/account/security")).status, (await third.get("/api/v1/account/security")).status];
  expect((await statuses()).toSorted()).toEqual([200, 401]);

  await sessions.getByRole("button", { name: "End all others" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End them" }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  expect(await statuses()).toEqual([401, 401]);
  await expect(sessions.getByRole("button", { name: "End all others" })).toHaveCount(0);
  expect((await person.api.get("/api/v1/account/security")).status).toBe(200);
});

test("a password is set with a proof: a weak one is refused at its field, and other sessions may be ended with it", async ({ make, open, inbox, store }) => {
  const person = await make.person();
  await make.session(person);
  const { page, watch } = await open(person.api, "/security");
  watch.expect(/status of 422/);
  await page.getByRole("button", { name: "Set a password" }).click();
  const field = page.getByLabel("New password", { exact: true });
  await field.fill("short");
  await dialog(page).getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("That is 5 of at least 12 characters.")).toBeVisible();
  await field.fill("password1234");
  let after = await inbox.latest();
  await dialog(page).getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, person.email, { after, act: "set a new password" });
  await expect(page.getByText("lists that attackers try first")).toBeVisible();
  await field.fill("gatehouse lantern under the moat");
  after = await inbox.latest();
  await dialog(page).getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, person.email, { after, act: "set a new password" });
  await expect(dialog(page)).toContainText("Your password is set");
  await dialog(page).getByRole("button", { name: "End the others" }).click();
  await expect(section(page, "Where you are signed in").getByRole("listitem")).toHaveCount(1);
  await expect(section(page, "Ways to sign in")).toContainText("Change password");
  const [row] = await store.sql<{ hash: string }>("SELECT hash FROM passwords WHERE user_id = $1", [person.userId]);
  expect(row?.hash).toMatch(/^\$argon2id\$/);
});

test("the only way to sign in can't be removed; another one makes it removable", async ({ make, open, inbox }) => {
  const person = await make.person();
  const { page, watch } = await open(person.api, "/security");
  watch.expect(/status of 409/);
  const ways = section(page, "Ways to sign in");
  let after = await inbox.latest();
  await ways.getByRole("button", { name: /^Remove/ }).click();
  await approveByMail(page, inbox, person.email, { after, act: "as a way to sign in" });
  await expect(dialog(page).getByRole("alert").filter({ hasText: "your only way to sign in" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);

  await page.getByRole("button", { name: "Set a password" }).click();
  await page.getByLabel("New password", { exact: true }).fill("gatehouse lantern under the moat");
  after = await inbox.latest();
  await dialog(page).getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, person.email, { after, act: "set a new password" });
  await expect(ways.getByRole("button", { name: "Change password" })).toBeVisible();
  after = await inbox.latest();
  await ways.getByRole("button", { name: /^Remove/ }).click();
  await approveByMail(page, inbox, person.email, { after, act: "as a way to sign in" });
  await expect(ways.getByRole("button", { name: /^Remove/ })).toHaveCount(0);
});

test("a provider's account is added after a proof, by signing in there (T14)", async ({ make, open, inbox, stack }) => {
  const person = await make.registered();
  const { page } = await open(person.api, "/security");
  await page.getByRole("button", { name: "Add a way to sign in" }).click();
  const after = await inbox.latest();
  await page.getByRole("menuitem", { name: "the demo provider" }).click();
  await approveByMail(page, inbox, person.email, { after, act: "add the demo provider as a way to sign in" });
  await page.waitForURL(`${stack.issuer}/**`);
  await page.getByText("Be somebody new").click();
  await page.getByRole("textbox", { name: "Address" }).fill(`linked-${person.email}`);
  await page.getByLabel("Name", { exact: true }).fill("Linked");
  await page.getByRole("button", { name: "Sign in as this person" }).click();
  await page.waitForURL(`${stack.portalUrl}/security`);
  await expect(section(page, "Ways to sign in")).toContainText(`linked-${person.email}`);
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`the security page and its dialogs are whole, light and dark: ${device}`, async ({ make, open, inbox }) => {
    const person = await make.person();
    const { page } = await open(person.api, "/security", DEVICES[device]);
    await expect(section(page, "What happened")).toBeVisible();
    await look(page, "security-new", device);
    await page.getByRole("button", { name: "Set a password" }).click();
    await look(page, "security-password", device);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    await look(page, "security-name", device);
    const after = await inbox.latest();
    await dialog(page).getByRole("button", { name: "Continue" }).click();
    await expect(dialog(page).getByRole("textbox", { name: "Code", exact: true })).toBeVisible();
    await look(page, "step-up-mail", device);
    await approveByMail(page, inbox, person.email, { after, act: "add the authenticator app" });
    await expect(page.getByText("Scan this with your authenticator app")).toBeVisible();
    await look(page, "security-scan", device);
    const phone = await phoneFromPage(page);
    await page.getByRole("textbox", { name: "Type the code that the app shows now" }).fill(await phone.code());
    await expect(page.getByRole("list", { name: "Recovery codes" })).toBeVisible();
    await look(page, "security-codes", device);
    await page.getByRole("checkbox", { name: "I saved them somewhere safe" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText("Phones get lost")).toBeVisible();
    await look(page, "security-backup", device);
    await page.getByRole("button", { name: "Not now, close" }).click();
    await make.session(person);
    await page.reload();
    await expect(page.getByText("You have one.")).toBeVisible();
    await look(page, "security", device);
    await page.getByRole("button", { name: "Remove Phone" }).click();
    await expect(dialog(page)).toContainText("This is your last second factor.");
    await look(page, "step-up-remove", device);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "End all others" }).click();
    await look(page, "security-end-others", device);
  });
}
