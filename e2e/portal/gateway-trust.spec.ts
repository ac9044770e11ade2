/** Machines that reach one another, by the owner's word; a gateway's credential, and its end, by an operator's. */
import { typeCode } from "./support/add-flow";
import { expect, test } from "./support/fixtures";
import { addGateway } from "@/lib/usecases/add-gateway";
import { generateKeyPair } from "@/lib/core/keys";
import { DEVICES, type Device, look } from "./support/screens";

const DEVICE_NAMES: Device[] = ["desktop", "phone"];

test("an owner lets machines reach one another with a code, and keeps them apart with a click; each shows as done when the gateway confirmed it", async ({ make, open, inbox }) => {
  const tenant = await make.tenant();
  const member = await make.member(tenant, "member");
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/settings`);
  await expect(page.getByRole("heading", { name: "Machines reach one another: no" })).toBeVisible();
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Let them" }).click();
  const mail = await inbox.waitFor(tenant.owner.email, { after, subject: "let machines reach one another" });
  await typeCode(page, /\b\d{6}\b/.exec(mail.text)?.[0] ?? "");
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
  await expect(seen.getByRole("link", { name: "Settings" })).toBeHidden();
});

test("an operator sees that an agent is too old to be understood, and what to do; and that one of the version before has an update to get", async ({ stack, store, make, open }) => {
  const agents = { old: "0", before: "1" };
  const names: Record<string, string> = {};
  for (const [age, speaks] of Object.entries(agents)) {
    const name = `${age}-${store.newId().slice(0, 8)}`;
    names[age] = name;
    const { enrolToken } = await addGateway(store, { name, endpointHost: "192.0.2.77" });
    const credential = `pcg_${Buffer.from(store.randomBytes(32)).toString("base64url")}`;
    const body = { token: enrolToken, credential, protocol: 1, agentVersion: "0.0.9", boxPublicKey: generateKeyPair(store.randomBytes).publicKey, wireguard: { implementation: "wireguard-go", toolsVersion: "v1" } };
    const path = `${stack.portalUrl.replace(/\/$/, "")}/api/gateway/v1`;
    const enrolled = await fetch(`${path}/enrol`, { method: "POST", headers: { "portcullis-protocol": "1" }, body: JSON.stringify(body) });
    expect(enrolled.status).toBe(201);
    const asked = await fetch(`${path}/state?since=none&wait=0`, { headers: { authorization: `Bearer ${credential}`, "portcullis-protocol": speaks, "user-agent": "portcullis-agent/0.0.9" } });
    expect(asked.status).toBe(age === "old" ? 426 : 200);
  }
  const operator = await make.operator();
  const { page } = await open(operator.api, "/operator/gateways");
  const row = page.getByRole("row", { name: names.old });
  await expect(row).toContainText("Too old");
  await expect(row).toContainText("run the install command");
  await expect(page.getByRole("row", { name: names.before })).toContainText("Update available");
  await expect(page.getByRole("row", { name: names.before })).toContainText("Protocol 1");
  for (const device of DEVICE_NAMES) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "gateway-too-old", device);
  }
  for (const name of Object.values(names)) await store.sql("DELETE FROM gateways WHERE name = $1", [name]);
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
