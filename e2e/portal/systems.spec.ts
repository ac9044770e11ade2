/** A system joins by the script that the portal serves, on a machine of its own; is let in on the page that the mail leads to; and is removed. */
import { join } from "node:path";
import { execIn, spawnIn } from "@/e2e/tunnel/netns";
import type { JoinedView } from "@/lib/usecases/system-views";
import { typeCode } from "./support/add-flow";
import { expect, test } from "./support/fixtures";
import type { Person } from "./support/people";
import { relayPortal } from "./support/relay";
import { DEVICES, type Device, look } from "./support/screens";
import type { Tenant } from "./support/tenants";
import type { Inbox } from "@/e2e/stack/fixtures";

/** By the API, as the page does. */
async function apiKeyOf(inbox: Inbox, { owner, apiPath }: Tenant): Promise<string> {
  const after = await inbox.latest();
  const { challengeId } = (await owner.api.post(`${apiPath}/api-key/show/challenge`, {})).body as { challengeId: string };
  const code = await inbox.codeFor(owner.email, { after, subject: "show the API key" });
  return ((await owner.api.post(`${apiPath}/api-key/show`, { proof: { challengeId, code } })).body as { apiKey: string }).apiKey;
}

async function ask(portalUrl: string, apiKey: string, body: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${portalUrl}/api/v1/systems`, { method: "POST", headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" }, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

const keyText = (byte: number): string => Buffer.alloc(32, byte).toString("base64");
const approveWith = async (page: Parameters<typeof typeCode>[0], inbox: Inbox, person: Person) => {
  const after = await inbox.latest();
  await page.getByRole("button", { name: "Approve" }).click();
  await typeCode(page, await inbox.codeFor(person.email, { after, subject: "let the system" }));
};

test("the script joins a machine: its key is made there, it is approved in the browser, reaches the instance, and is cut when it is removed", async ({ lab, make, open, inbox, stack, store }, info) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ gatewayId: lab.gatewayId, subnetV4: "10.98.0.0/24" });
  const apiKey = await apiKeyOf(inbox, tenant);
  const machine = await lab.addMachine("nas");
  const closeRelay = await relayPortal(machine, stack.portalUrl, store.newId().slice(0, 8));
  const [script, state, keyFile] = [info.outputPath("join.sh"), info.outputPath("state"), info.outputPath("api-key")];
  const { writeFile, readFile, stat } = await import("node:fs/promises");
  await writeFile(keyFile, `${apiKey}\n`, { mode: 0o600 });
  const interfaceName = `s${store.newId().slice(0, 8)}`;
  const environment = (extra: Record<string, string> = {}) => ({ ...process.env, STATE_DIR: state, INTERFACE: interfaceName, SYSTEM_HOST_NAME: "nas-attic", SYSTEM_SERIAL: "A1-0042", ...extra });
  const run = (extra?: Record<string, string>) => {
    const child = spawnIn(machine, ["sh", script], { env: environment(extra), stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    return { said: () => said, ended };
  };
  try {
    await execIn(machine, ["curl", "-fsS", `${stack.portalUrl}/api/join-system`, "-o", script]);
    const wrong = run({ PORTCULLIS_API_KEY: "pck_wrong" });
    expect(await wrong.ended).toBe(1);
    expect(wrong.said()).toContain("the portal refused (401): This key or token isn't known here.");

    const after = await inbox.latest();
    const joining = run({ PORTCULLIS_API_KEY_FILE: keyFile });
    const mail = await inbox.waitFor(tenant.owner.email, { after, subject: "nas-attic asks to join" });
    const publicKey = /The public key of this system: (\S{44})/.exec(joining.said())?.[1] ?? "";
    expect(mail.text).toContain(publicKey);
    expect(mail.text).toContain("A1-0042");
    const link = /https?:\/\/\S+\/systems\/\S+/.exec(mail.text)?.[0] ?? "";

    const { page } = await open(tenant.owner.api, new URL(link).pathname);
    await expect(page.getByRole("heading", { name: "nas-attic" })).toBeVisible();
    await expect(page.getByText(publicKey)).toBeVisible();
    await expect.poll(joining.said).toContain("Waiting for approval.");
    await approveWith(page, inbox, tenant.owner);
    await expect(page.getByText("Live at the gateway")).toBeVisible();
    expect(await joining.ended, joining.said()).toBe(0);
    expect(joining.said()).toContain(`Joined: ${interfaceName} is up with 10.98.0.2/32`);
    const reaches = (address: string) => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", address]).then(() => true, () => false);
    await expect.poll(() => reaches("10.98.0.1"), { timeout: 60_000 }).toBe(true);
    const { instance } = (await tenant.owner.api.get(tenant.apiPath)).body as { instance: { tunnelAddressV6: string } };
    await expect.poll(() => reaches(instance.tunnelAddressV6), { timeout: 60_000 }).toBe(true);
    await expect(page.getByText("Online")).toBeVisible();

    // The private key was made there, is nobody else's to read, and went nowhere.
    const privateKey = (await readFile(join(state, "private.key"), "utf8")).trim();
    expect(((await stat(join(state, "private.key"))).mode & 0o077).toString(8)).toBe("0");
    expect((await store.sql<{ n: number }>("SELECT count(*)::int AS n FROM audit_events WHERE data::text LIKE $1", [`%${privateKey}%`]))[0]?.n).toBe(0);
    // Run again, without an API key: nothing is asked for, and nothing changes.
    const again = run();
    expect(await again.ended, again.said()).toBe(0);
    expect(await reaches("10.98.0.1")).toBe(true);

    await page.getByRole("link", { name: "Systems", exact: true }).first().click();
    const row = page.getByRole("row", { name: "nas-attic" });
    await expect(row).toContainText("10.98.0.2");
    await row.getByRole("button", { name: "Remove nas-attic" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove it" }).click();
    await expect(row.getByText(/Cut at the gateway in \d/)).toBeVisible();
    expect(await reaches("10.98.0.1")).toBe(false);
    const last = run();
    expect(await last.ended).toBe(1);
    expect(last.said()).toContain("it was removed from the instance");
  } finally {
    await closeRelay();
  }
});

test("systems are looked at, refused, named and removed, on a desk and on a phone, light and dark", async ({ make, open, inbox, stack }) => {
  test.setTimeout(300_000);
  const tenant = await make.tenant({ subnetV4: "10.99.0.0/24" });
  const admin = await make.member(tenant, "admin");
  const { page: empty } = await open(admin.api, `${tenant.pagePath}/systems`);
  await expect(empty.getByText("No systems yet")).toBeVisible();
  await look(empty, "systems-none", "phone");
  const apiKey = await apiKeyOf(inbox, tenant);
  const asked = await Promise.all([1, 2, 3].map((n) => ask(stack.portalUrl, apiKey, { publicKey: keyText(n + 10), hostName: `nas-0${n}`, serial: `A1-000${n}`, version: "TrueNAS 25.10" })));
  expect(asked.map(({ status }) => status)).toEqual([202, 202, 202]);
  const [first, second] = asked.map(({ body }) => body as JoinedView);

  const { page } = await open(admin.api, `${tenant.pagePath}/systems/${first?.id}`);
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "system-waits", device);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await approveWith(page, inbox, admin);
  await expect(page.getByText("Live at the gateway")).toBeVisible();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Attic filer");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Attic filer" })).toBeVisible();
  await look(page, "system", "desktop");

  await page.goto(`${tenant.pagePath}/systems/${second?.id}`);
  await page.getByRole("button", { name: "Refuse" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Refuse it" }).click();
  await expect(page.getByText("It was refused, and was told so")).toBeVisible();
  expect((await (await fetch(`${stack.portalUrl}/api/v1/systems/${second?.id}`, { headers: { authorization: `Bearer ${second?.token}` } })).json()) as object).toMatchObject({ state: "refused", configuration: null });

  await page.getByRole("link", { name: "Systems", exact: true }).first().click();
  await expect(page.getByRole("row", { name: "nas-03" }).getByRole("link", { name: "Decide about nas-03" })).toBeVisible();
  await expect(page.getByRole("row", { name: "Attic filer" })).toContainText("10.99.0.2");
  for (const device of ["desktop", "phone"] as Device[]) {
    await page.setViewportSize(DEVICES[device].viewport ?? { width: 1280, height: 800 });
    await look(page, "systems", device);
  }
  // A page that is open hears of who asks.
  await ask(stack.portalUrl, apiKey, { publicKey: keyText(40), hostName: "nas-04" });
  await expect(page.getByRole("row", { name: "nas-04" })).toBeVisible();

  const { page: seenByMember, watch } = await open((await make.member(tenant, "member")).api, tenant.pagePath);
  await expect(seenByMember.getByRole("link", { name: "Service", exact: true })).toBeVisible();
  await expect(seenByMember.getByRole("link", { name: "Systems", exact: true })).toBeHidden();
  watch.expect(/status of 404/);
  await seenByMember.goto(`${tenant.pagePath}/systems`);
  await expect(seenByMember.getByText("There is nothing here")).toBeVisible();
});
