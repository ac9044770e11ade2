import type { Locator, Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";

/** Presses Tab until the element has the keyboard; each stop on the way must be visible and show that it has it. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let stops = 0; stops < 60; stops++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return { name: "the body", shown: true };
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      return { name: element.outerHTML.slice(0, 120), shown: width > 0 && height > 0 && outlineStyle !== "none" && outlineWidth !== "0px" };
    });
    expect(stop, "a stop that shows that it has the keyboard").toMatchObject({ shown: true });
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false)) return;
  }
  throw new Error("The keyboard never got there.");
}

test("a client is added with the keyboard alone, and every stop shows where it is", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, home.pagePath);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: "Add client" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Nickname" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Give the client a nickname")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Nickname" })).toBeFocused();
  await page.keyboard.type("Typed laptop");
  const after = await inbox.latest();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Code" })).toBeFocused();
  await page.keyboard.type(await inbox.codeFor(person.email, { after }));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Typed laptop");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: "Download" }));
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(await readFile(await file.path(), "utf8")).toContain("[Interface]");
  await tabTo(page, page.getByRole("tab", { selected: true }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { selected: true })).toBeFocused();
  await tabTo(page, page.getByRole("link", { name: "Done" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row", { name: "Typed laptop" })).toBeVisible();
});

test("a client is revoked with the keyboard alone: the question holds it, Escape keeps access, and it stays in its row", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  await addClient(inbox, person, home, "Typed away");
  const { page } = await open(person.api, home.pagePath);
  const row = page.getByRole("row", { name: "Typed away" });
  await expect(row).toContainText("Live at the gateway");
  const revoke = page.getByRole("button", { name: "Revoke Typed away" });
  await tabTo(page, revoke);
  await page.keyboard.press("Enter");
  const question = page.getByRole("alertdialog");
  await expect(question.getByRole("button", { name: "Keep access" })).toBeFocused();
  for (let turn = 0; turn < 5; turn++) {
    await page.keyboard.press("Tab");
    expect(await question.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(revoke).toBeFocused();
  await page.keyboard.press("Space");
  await tabTo(page, question.getByRole("button", { name: "Revoke access" }));
  await page.keyboard.press("Enter");
  await expect(row).toContainText("Cut at the gateway in");
  await expect(row.getByRole("link", { name: "Typed away" })).toBeFocused();
});
