/** One config, one machine: two machines with one file, on real WireGuard, until everybody knows and the copy is cut. */
import { bringUpClient, execIn, spawnIn } from "@/e2e/tunnel/netns";
import type { ClientView } from "@/lib/usecases/views";
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, look } from "./support/screens";

test("two machines with one file are found and suspended, the page says so by itself, and the mail leads its owner to a new key", async ({ lab, make, open, inbox }) => {
  // The rule wants to see it go on for a while; a busy machine takes its time besides.
  test.setTimeout(600_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId });
  const member = await make.member(tenant, "member");
  const { page: settings } = await open(tenant.owner.api, `${tenant.pagePath}/settings`);
  await expect(settings.getByRole("heading", { name: "Two machines on one config: warn" })).toBeVisible();
  await settings.getByRole("button", { name: "Suspend shared clients" }).click();
  await settings.getByRole("alertdialog").getByRole("button", { name: "Suspend shared clients" }).click();
  await expect(settings.getByRole("heading", { name: "Two machines on one config: suspend" })).toBeVisible();

  const { client, config } = await addClient(inbox, member, tenant, "Copied laptop");
  const clientPath = `${tenant.pagePath}/clients/${client.id}`;
  const { page } = await open(member.api, clientPath);
  await expect(page.getByText("Live at the gateway")).toBeVisible();
  const after = await inbox.latest();
  const machines = [await lab.addMachine("one"), await lab.addMachine("two")];
  const pings = [];
  for (const machine of machines) {
    await bringUpClient(machine, config);
    pings.push(spawnIn(machine, ["ping", "-n", "-i", "0.2", "10.90.0.1"], { stdio: "ignore" }));
  }
  const since = Date.now();
  await expect(page.getByText("Two machines use this config")).toBeVisible({ timeout: 400_000 });
  console.log(`    Two machines were found on one config after ${((Date.now() - since) / 1_000).toFixed(1)} s`);
  await expect(page.getByText(/Cut at the gateway in/)).toBeVisible();
  for (const ping of pings) ping.kill("SIGTERM");
  for (const machine of machines) await expect(execIn(machine, ["ping", "-n", "-c", "1", "-W", "1", "10.90.0.1"])).rejects.toThrow();

  const { body } = await member.api.get(`${tenant.apiPath}/clients/${client.id}`);
  expect(body).toMatchObject({ state: "suspended", suspendedByEmail: null, shared: { networks: [expect.stringMatching(/^192\.0\.2\.\d+$/), expect.stringMatching(/^192\.0\.2\.\d+$/)] } } satisfies Partial<Record<keyof ClientView, unknown>>);
  const { page: list } = await open(tenant.owner.api, tenant.pagePath);
  await expect(list.getByRole("row", { name: "Copied laptop" })).toContainText("Two machines");
  for (const device of ["desktop", "phone"] as const) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "shared-config", device);
    await settings.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(settings, "shared-config-policy", device);
  }
  const subject = "Two machines use the config of Copied laptop";
  expect((await inbox.waitFor(tenant.owner.email, { after, subject })).text).toContain(clientPath);
  const mail = await inbox.waitFor(member.email, { after, subject });
  expect(mail.text).toContain(`${clientPath}/replace-key`);
  expect(mail.text).toContain("Access now: suspended");
  await page.getByRole("link", { name: "Replace key" }).click();
  await expect(page).toHaveURL(new RegExp(`${clientPath}/replace-key$`));
});
