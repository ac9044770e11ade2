/** An instance as a whole: to another gateway, and its end. What happens is said before, and is done when the gateway confirmed it. */
import { bringUpClient, execIn } from "@/e2e/tunnel/netns";
import { download, typeCode, untilIssued } from "./support/add-flow";
import { addClient, errorCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";

test("an instance moves to another gateway with its addresses; its machine gets a new file, and connects there", async ({ lab, make, open, inbox }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ subnetV4: "10.95.0.0/24" });
  const { client } = await addClient(inbox, tenant.owner, tenant, "Travelling laptop");
  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await page.getByRole("button", { name: "Move", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: `Move ${tenant.instanceName}` });
  await dialog.getByLabel("To the gateway").selectOption({ label: `${lab.name} (192.0.2.1)` });
  await expect(dialog).toContainText("Its one client loses the connection, until its owner has replaced the key");
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "move-instance", device);
  }
  const after = await inbox.latest();
  await dialog.getByRole("button", { name: "Move it" }).click();
  const row = page.getByRole("row", { name: "Travelling laptop" });
  await expect(row).toContainText("Needs a new file");
  await expect(row).toContainText("Live at the gateway");
  expect((await inbox.waitFor(tenant.owner.email, { after, subject: "your machines need new files" })).text).toContain("choose “Replace key”");
  await expect(page.getByText("is being taken down")).toBeHidden();

  await page.getByRole("link", { name: "Travelling laptop" }).click();
  await expect(page.getByText("This machine needs a new file")).toBeVisible();
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "moved-client", device);
  }
  await page.getByRole("link", { name: "Replace key" }).first().click();
  const asked = await inbox.latest();
  await page.getByRole("button", { name: "Mail me a code" }).click();
  const mail = await inbox.waitFor(tenant.owner.email, { after: asked, subject: "is your code" });
  await typeCode(page, /\b\d{6}\b/.exec(mail.text)?.[0] ?? "");
  await untilIssued(page, "Travelling laptop");
  const file = await download(page);
  expect(file.text).toContain(`Address = ${client.addressV4}`);
  expect(file.text).toContain("Endpoint = 192.0.2.1:");
  const machine = await lab.addMachine("laptop");
  await bringUpClient(machine, file.text);
  await expect.poll(() => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", "10.95.0.1"]).then(() => true, () => false), { timeout: 60_000 }).toBe(true);
  await page.goto(`${tenant.pagePath}/clients/${client.id}`);
  await expect(page.getByText("This machine needs a new file")).toBeHidden();
});

test("taking an instance down ends every tunnel, and the page says so when the gateway confirmed it; a new one can follow", async ({ lab, make, open, inbox, store }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId, subnetV4: "10.96.0.0/24" });
  const admin = await make.member(tenant, "admin");
  const { config } = await addClient(inbox, tenant.owner, tenant, "Last laptop");
  const machine = await lab.addMachine("last");
  await bringUpClient(machine, config);
  const reaches = () => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", "10.96.0.1"]).then(() => true, () => false);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);

  expect(errorCode(await admin.api.post(`${tenant.apiPath}/instance/take-down`, {}))).toBe("forbidden");
  const { page: seenByAdmin } = await open(admin.api, tenant.pagePath);
  await expect(seenByAdmin.getByRole("button", { name: "Move", exact: true })).toBeVisible();
  await expect(seenByAdmin.getByRole("button", { name: "Take down" })).toBeHidden();

  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await page.getByRole("button", { name: "Take down" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("Its one client loses access at once and for good");
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "take-down-question", device);
  }
  await lab.stopAgent("SIGKILL");
  await store.sql("UPDATE gateway_presence SET last_seen_at = now() - interval '25 s' WHERE gateway_id = $1", [lab.gatewayId]);
  await page.getByRole("button", { name: "Take it down" }).click();
  // The tunnel is up as long as nobody has told the gateway, and the page doesn't say otherwise.
  await expect(page.getByRole("heading", { name: `${tenant.instanceName} is being taken down` })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Set up your instance" })).toBeVisible();
  expect(await reaches()).toBe(true);
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "taking-down", device);
  }
  await lab.startAgent();
  await expect(page.getByRole("heading", { name: `${tenant.instanceName} was taken down` })).toBeVisible();
  expect(await reaches()).toBe(false);
  await look(page, "taken-down", "phone");

  await page.getByRole("button", { name: "Provision now" }).click();
  await expect(page.getByRole("heading", { name: `${tenant.instanceName} was taken down` })).toBeHidden();
  await expect(page.getByRole("button", { name: "Add client" })).toBeVisible();
});
