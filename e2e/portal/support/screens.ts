/** Looking at a page as it is seen: light and dark, by axe, for what sticks out at the side, and as a picture. */
import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContextOptions, expect, type Page } from "@playwright/test";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDER = join(ROOT, "e2e/.results/screens");
/** Names a folder, like docs/images: the pictures of the documents are written there as well. */
const DOCUMENTS = process.env.SCREENSHOTS;

export type Device = "desktop" | "phone";
export const DEVICES: Record<Device, BrowserContextOptions> = {
  desktop: { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, reducedMotion: "reduce" },
};

/** From a screen's name to its picture in the documents. */
const IN_DOCUMENTS: Record<string, string> = {
  "dashboard-desktop-light": "dashboard",
  "clients-desktop-light": "clients",
  "approve-ways-desktop-light": "approve",
  "traffic-desktop-light": "client",
  "provision-desktop-light": "provision",
  "systems-desktop-light": "systems",
};

/** @throws (as a failed expectation) for anything that axe finds, and for a page that is wider than its window */
export async function look(page: Page, name: string, device: Device): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const screen = `${name}-${device}-${scheme}`;
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} · ${target.join(" ")} · ${failureSummary?.split("\n").slice(1).join(" ").trim()}`));
    expect.soft(found, `what axe finds on ${screen}`).toEqual([]);
    const { content, window } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: document.documentElement.clientWidth }));
    expect.soft(content, `the width of ${screen}`).toBeLessThanOrEqual(window);
    await picture(page, screen);
  }
}

async function picture(page: Page, screen: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, `${screen}.png`);
  // A dialog is seen over the window, wherever the page is scrolled to.
  const over = (await page.locator("[role=dialog], [role=alertdialog]").count()) > 0;
  await page.screenshot({ path: file, fullPage: !over, animations: "disabled", caret: "hide" });
  const wanted = IN_DOCUMENTS[screen];
  if (!DOCUMENTS || wanted === undefined) return;
  const folder = resolve(ROOT, DOCUMENTS);
  await mkdir(folder, { recursive: true });
  await copyFile(file, join(folder, `${wanted}.png`));
}
