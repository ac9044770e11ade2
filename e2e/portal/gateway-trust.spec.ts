/** Machines that reach one another, by the owner's word; a gateway's credential, and its end, by an operator's. */
import { typeCode } from "./support/add-flow";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";

const DEVICE_NAMES: Device[] = ["desktop", "phone"];

test("an owner lets machines reach one another with a code, and keeps them apart with a click; each shows as done when the gateway confirmed it", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const member = await make.member(tenant, "member");
  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await expect(page.getByRole("heading", { name: "Machines reach one another: no" })).toBeVisible();
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Let them" }).click();
  const mail = await inbox.waitFor(tenant.owner.email, { after, subject: "let machines reach one another" });
  await typeCode(page, /\b\d{6}\b/.exec(mail.text)?.[0] ?? "");
  await page.getByRole("dialog").getByRole("button", { name: "Let them" }).click({ timeout: 5_000 }).catch(() => undefined);
  await expect(page.getByRole("heading", { name: "Machines reach one another: yes" })).toBeVisible();
  await expect(page.getByText(/Confirmed by the gateway after/)).toBeVisible();
  for (const device of DEVICE_NAMES) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "peers-reach", device);
  }
  await page.getByRole("button", { name: "Keep them apart" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Keep them apart" }).click();
  await expect(page.getByRole("heading", { name: "Machines reach one another: no" })).toBeVisible();
  await expect(page.getByText("Being applied at the gateway")).toBeHidden();
  const { page: seen } = await open(member.api, tenant.pagePath);
  await expect(seen.getByRole("heading", { name: tenant.instanceName })).toBeVisible();
  await expect(seen.getByRole("heading", { name: /Machines reach one another/ })).toBeHidden();
});

test("an operator has a credential replaced, and cuts a gateway off; both are asked first, and the customer's log says the second", async ({ lab, make, open }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId, subnetV4: "10.97.0.0/24" });
  const operator = await make.operator();
  const { page } = await open(operator.api, "/operator/gateways");
  const row = page.getByRole("row", { name: lab.name });
  await expect(row).toContainText("In sync");
  await page.getByRole("button", { name: `Rotate the credential of ${lab.name}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Rotate" }).click();
  await expect(row).toContainText("Rotating…");
  await expect(row.getByRole("button", { name: `Rotate the credential of ${lab.name}` })).toBeEnabled({ timeout: 90_000 });
  await expect(row).toContainText("In sync");

  await page.getByRole("button", { name: `Cut off ${lab.name}` }).click();
  await expect(page.getByRole("alertdialog")).toContainText("Its one instance and every tunnel there stay up");
  for (const device of DEVICE_NAMES) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "cut-off-question", device);
  }
  await page.getByRole("alertdialog").getByRole("button", { name: "Cut it off" }).click();
  await expect(row).toContainText("Cut off");
  await expect(row.getByRole("button")).toHaveCount(0);
  await page.setViewportSize(DEVICES.desktop.viewport ?? { width: 1280, height: 800 });
  await look(page, "cut-off", "desktop");
  const { page: log } = await open(tenant.owner.api, `${tenant.pagePath}/activity`);
  await expect(log.getByText(`Cut the gateway ${lab.name} off from the portal`)).toBeVisible();
});
