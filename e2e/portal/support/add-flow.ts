/** The page on which a client is added, driven as a person does it. */
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import type { ReceivedMail } from "@/scripts/demo/mailbox";
import type { Inbox } from "@/e2e/stack/fixtures";

export interface SavedFile {
  name: string;
  text: string;
}

/** From "Nickname" to the mail with the code. */
export async function askOnPage(page: Page, inbox: Inbox, to: string, nickname: string): Promise<{ mail: ReceivedMail; code: string }> {
  const after = await inbox.latest();
  await page.getByRole("textbox", { name: "Nickname" }).fill(nickname);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  const mail = await inbox.waitFor(to, { after, subject: "is your code" });
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  return { mail, code: /\b\d{6}\b/.exec(mail.text)?.[0] ?? "" };
}

/** The last digit sends it. */
export const typeCode = (page: Page, code: string): Promise<void> => page.getByRole("textbox", { name: "Code" }).fill(code);

/** The page that has the file. */
export async function untilIssued(page: Page, nickname: string): Promise<void> {
  await expect(page.getByRole("button", { name: "Download" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(nickname);
}

export async function download(page: Page): Promise<SavedFile> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

/** The whole way, in one go. */
export async function addOnPage(page: Page, inbox: Inbox, to: string, nickname: string): Promise<SavedFile> {
  const { code } = await askOnPage(page, inbox, to, nickname);
  await typeCode(page, code);
  await untilIssued(page, nickname);
  return download(page);
}

/** The modules of the QR code as they are on the screen, dark ones true: `size` rows and columns with the quiet zone. */
export async function modulesOnScreen(page: Page, size: number): Promise<boolean[][]> {
  const picture = (await page.getByRole("img", { name: /^QR code of/ }).screenshot({ scale: "device" })).toString("base64");
  return page.evaluate(
    async ({ picture, size }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext("2d");
      if (!context) throw new Error("There is no canvas.");
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const isDark = (x: number, y: number) => (data[(y * image.width + x) * 4] ?? 255) < 128;
      const middle = (index: number, length: number) => Math.floor(((index + 0.5) * length) / size);
      return Array.from({ length: size }, (_row, y) => Array.from({ length: size }, (_module, x) => isDark(middle(x, image.width), middle(y, image.height))));
    },
    { picture, size },
  );
}
