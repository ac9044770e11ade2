/** Devices: imported by operators, registered by their owners, transferred, and proved. */
import { readFile } from "node:fs/promises";
import { expect, test } from "./support/fixtures";
import { uniqueAddress } from "./support/people";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail, section } from "./support/security-page";

const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const file = (text: string) => ({ name: "sold.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
/** Like addresses, serial numbers are the test's own. */
const uniqueSerial = (): string => `SN-${uniqueAddress("device").replaceAll(/[^a-z0-9]/g, "-").slice(0, 30)}`.toUpperCase();

test("an operator's list with a bad line says which and why, and is imported whole once it is mended", async ({ make, open }) => {
  const operator = await make.operator();
  const serial = uniqueSerial();
  const { page, watch } = await open(operator.api, "/operator/warranties");
  watch.expect(/status of 422/);
  await page.getByLabel("CSV file").setInputFiles(file(`model,serial,start,end\nFiler 9000,${serial},2025-01-01,2030-12-31\nFiler 9000,${serial}B,2025-01-01,soon`));
  await expect(section(page, "Import a list").getByRole("alert")).toContainText("Nothing was imported: one line has to be mended first.");
  await expect(section(page, "Import a list").getByRole("alert")).toContainText("Line 3: The end “soon” is no day.");
  await page.getByRole("textbox", { name: "Search devices" }).fill(serial);
  await expect(page.getByText(/No device/)).toBeVisible();
  await page.getByLabel("CSV file").setInputFiles(file(`model,serial,start,end\nFiler 9000,${serial},2025-01-01,2030-12-31\nFiler 9000,${serial}B,2025-01-01,2030-12-31`));
  await expect(page.getByText("2 new, 0 changed, 0 as before.")).toBeVisible();
  await expect(page.getByRole("row", { name: serial, exact: true })).toContainText("Nobody yet");
});

test("a device is registered, offered to a colleague with a proof, and theirs once they accept; the proof is a PDF", async ({ make, open, inbox }) => {
  const [operator, ada, bob] = [await make.operator(), await make.person(), await make.person()];
  const serial = uniqueSerial();
  expect((await operator.api.post("/api/v1/operator/warranties", { csv: `model,serial,start,end\nFiler 9000,${serial},${dayIn(-100)},${dayIn(100)}` })).status).toBe(200);
  const { page, watch } = await open(ada.api, "/warranties");
  watch.expect(/status of 409/);
  await expect(page.getByText("No device yet")).toBeVisible();
  const field = page.getByRole("textbox", { name: "Serial number" });
  await field.fill(`${serial}X`);
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("No device with this serial number waits to be registered.")).toBeVisible();
  await field.fill(serial.toLowerCase());
  await page.getByRole("button", { name: "Register" }).click();
  const device = page.getByRole("listitem", { name: "Filer 9000" });
  await expect(device).toContainText("101 days left");

  const download = page.waitForEvent("download");
  await device.getByRole("link", { name: "Proof" }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe(`warranty-${serial}.pdf`);
  expect((await readFile(await saved.path())).subarray(0, 5).toString()).toBe("%PDF-");

  await device.getByRole("button", { name: "Transfer" }).click();
  await device.getByRole("textbox", { name: "Whom do you give it to?" }).fill(bob.email);
  const after = await inbox.latest();
  await device.getByRole("button", { name: "Continue" }).click();
  await approveByMail(page, inbox, ada.email, { after, act: `transfer Filer 9000 (${serial}) to ${bob.email}` });
  await expect(device).toContainText(`Offered to ${bob.email}`);
  const offered = await inbox.waitFor(bob.email, { after, subject: "wants to transfer Filer 9000 to you" });
  expect(offered.text).toContain("Nothing happens unless you accept it");

  const { page: bobs } = await open(bob.api, "/warranties");
  await section(bobs, "Offered to you").getByRole("button", { name: "Accept" }).click();
  await expect(section(bobs, "Devices").getByRole("listitem", { name: "Filer 9000" })).toBeVisible();
  await expect(section(bobs, "Offered to you")).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("No device yet")).toBeVisible();
  await inbox.waitFor(ada.email, { after, subject: `belongs to ${bob.email} now` });
});

for (const [device, options] of Object.entries(DEVICES) as [Device, (typeof DEVICES)[Device]][]) {
  test(`devices and their warranties are whole, light and dark: ${device}`, async ({ make, open, inbox }) => {
    const [operator, ada, bob] = [await make.operator(), await make.person(), await make.person()];
    const serial = uniqueSerial();
    const rows = [`Rack server R740,${serial}A,2024-01-01,${dayIn(700)}`, `Filer 9000,${serial}B,${dayIn(-300)},${dayIn(40)}`, `Switch 48 ports with a rather long name,${serial}C,${dayIn(-400)},${dayIn(8)}`, `Backup drive,${serial}D,2020-01-01,2021-01-01`];
    expect((await operator.api.post("/api/v1/operator/warranties", { csv: ["model,serial,start,end", ...rows].join("\n") })).status).toBe(200);
    const { page } = await open(ada.api, "/warranties", options);
    await expect(page.getByText("No device yet")).toBeVisible();
    await look(page, "warranties-empty", device);
    for (const letter of ["A", "B", "C"]) expect((await ada.api.post("/api/v1/warranties", { serial: `${serial}${letter}` })).status).toBe(201);
    expect((await bob.api.post("/api/v1/warranties", { serial: `${serial}D` })).status).toBe(201);
    await page.reload();
    const filer = page.getByRole("listitem", { name: "Filer 9000" });
    await filer.getByRole("button", { name: "Transfer" }).click();
    await filer.getByRole("textbox").fill(bob.email);
    await look(page, "warranties-transfer", device);
    const after = await inbox.latest();
    await filer.getByRole("button", { name: "Continue" }).click();
    await approveByMail(page, inbox, ada.email, { after, act: "transfer Filer 9000" });
    await expect(filer).toContainText("Offered to");
    await look(page, "warranties", device);
    const { page: bobs } = await open(bob.api, "/warranties", options);
    await expect(section(bobs, "Offered to you")).toBeVisible();
    await look(bobs, "warranties-offer", device);
    const { page: console, watch } = await open(operator.api, `/operator/warranties?q=${serial}`, options);
    watch.expect(/status of 422/);
    await expect(console.getByRole("row", { name: `${serial}A` })).toBeVisible();
    await console.getByLabel("CSV file").setInputFiles(file(`model,serial,start,end\nFiler,${serial}E,2025-01-01,soon\n,${serial}F,2025-01-01,2026-01-01`));
    await expect(section(console, "Import a list").getByRole("alert")).toContainText("Line 3");
    await look(console, "operator-warranties", device);
  });
}
