/** A company's directory: connected with a token that is shown once, and a member's tunnel that dies when it turns them off, and comes back. */
import { bringUpClient, execIn } from "@/e2e/tunnel/netns";
import { addClient, errorCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import { approveByMail } from "./support/security-page";

const SCIM = { "content-type": "application/scim+json" };

test("a directory is connected on the members page; turning a member off there cuts their tunnel, turning them on brings it back with the same file", async ({ lab, make, open, inbox, stack }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId, subnetV4: "10.98.0.0/24", name: "Tended Orchard" });
  const member = await make.member(tenant, "member");
  const { client, config } = await addClient(inbox, member, tenant, "Tended laptop");
  const { page } = await open(tenant.owner.api, `${tenant.pagePath}/members`);
  const card = page.locator("[aria-labelledby=directory]");
  await expect(card.getByText("None: no directory is connected.")).toBeVisible();
  const asked = await inbox.latest();
  await card.getByRole("button", { name: "Make a token" }).click();
  await approveByMail(page, inbox, tenant.owner.email, { after: asked, act: "make a token for the directory of Tended Orchard" });
  await expect(card.getByText("Copy the token now")).toBeVisible();
  const token = (await card.getByText(/^pcs_[\w-]{43}$/).textContent()) ?? "";
  const base = (await card.getByText(/\/api\/scim\/v2\//).textContent()) ?? "";
  expect(base).toBe(`${stack.portalUrl}/api/scim/v2/${tenant.subscriptionId}`);
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "directory-token", device);
  }

  const machine = await lab.addMachine("tended");
  await bringUpClient(machine, config);
  const reaches = () => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", "10.98.0.1"]).then(() => true, () => false);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);

  const nobody = await make.stranger();
  const path = new URL(base).pathname;
  const headers = { ...SCIM, authorization: `Bearer ${token}` };
  const found = await nobody.get(`${path}/Users?filter=${encodeURIComponent(`userName eq "${member.email}"`)}`, { headers });
  const { Resources } = found.body as { Resources: { id: string; active: boolean }[] };
  expect(Resources).toMatchObject([{ active: true }]);
  const setActive = (active: boolean) =>
    nobody.send("PATCH", `${path}/Users/${Resources[0]?.id}`, { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "replace", path: "active", value: active }] }, { headers, origin: null });

  const after = await inbox.latest();
  const off = await setActive(false);
  expect([off.status, off.headers["content-type"]]).toEqual([200, "application/scim+json"]);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(false);
  expect((await inbox.waitFor(member.email, { after, subject: "You are turned off in Tended Orchard" })).text).toContain("can’t connect to it for now");
  expect(errorCode(await member.api.get(tenant.apiPath))).toBe("not_found");
  const row = page.getByRole("listitem", { name: member.email });
  await expect(row.getByText("off by directory")).toBeVisible();
  const { page: details } = await open(tenant.owner.api, `${tenant.pagePath}/clients/${client.id}`);
  await expect(details.getByText(/Cut at the gateway in/)).toBeVisible();
  await expect(details.getByText(`${member.email} is turned off by the company’s directory`)).toBeVisible();

  expect((await setActive(true)).status).toBe(200);
  await expect.poll(reaches, { timeout: 60_000 }).toBe(true);
  await inbox.waitFor(member.email, { after, subject: "You are back in Tended Orchard" });
  await expect(row.getByText("off by directory")).toBeHidden();

  // The token is gone with the page; disconnected, it opens nothing.
  await page.reload();
  await expect(card.getByText(token)).toBeHidden();
  await expect(card.getByText("Hidden; it ends in")).toBeAttached();
  await card.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(card.getByText("None: no directory is connected.")).toBeVisible();
  expect((await setActive(false)).status).toBe(401);
});
