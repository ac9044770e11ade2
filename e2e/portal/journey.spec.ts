/** A new customer alone, from nothing to a machine and a system behind their instance: an operator does no more than the invoice. */
import { writeFile } from "node:fs/promises";
import { bringUpClient, execIn, type Host, spawnIn } from "@/e2e/tunnel/netns";
import { addOnPage, typeCode } from "./support/add-flow";
import { expect, test } from "./support/fixtures";
import { relayPortal } from "./support/relay";
import { approveByMail, dialog } from "./support/security-page";

const reaches = (machine: Host, address: string): Promise<boolean> => execIn(machine, ["ping", "-n", "-c", "1", "-W", "2", address]).then(() => true, () => false);

test("from “New subscription” to a live tunnel and an approved system", async ({ lab, make, open, inbox, stack, store }, info) => {
  test.setTimeout(600_000);
  // Gateways of tests before are gone, however lately they were heard of.
  await store.sql("UPDATE gateway_presence SET last_seen_at = NULL WHERE gateway_id <> $1", [lab.gatewayId]);
  const plan = `Storage ${store.newId().slice(0, 8)}`;
  await store.sql("INSERT INTO plans (id, code, name, price, currency, trial_days, created_at) VALUES ($1, $2, $3, 4900, 'EUR', 0, now())", [store.newId(), plan.slice(-8), plan]);
  const name = `Pear ${store.newId().slice(0, 8)}`;
  const owner = await make.person();

  const { page } = await open(owner.api, "/");
  await page.getByRole("link", { name: "New subscription" }).first().click();
  await page.getByRole("radio", { name: plan }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Order" }).click();
  await expect(page.getByText("Waits for payment").first()).toBeVisible();

  const operator = await make.operator();
  const { page: console } = await open(operator.api, "/operator/subscriptions");
  await console.getByRole("textbox", { name: "Search subscriptions" }).fill(name);
  await console.getByRole("link", { name }).click();
  const invoiced = await inbox.latest();
  await console.getByRole("button", { name: "Activate" }).click();
  await expect(dialog(console)).toContainText(`activate the subscription ${name}`);
  await approveByMail(console, inbox, operator.email, { after: invoiced, act: `activate the subscription ${name}` });
  await inbox.waitFor(owner.email, { after: invoiced, subject: "is active" });

  // The page that was open all the time goes on by itself.
  const network = page.getByRole("radiogroup", { name: "Network" });
  await expect(network.getByRole("radio").first()).toBeChecked();
  await page.getByRole("button", { name: "Provision now" }).click();
  await expect(page.getByText("No clients yet")).toBeVisible();

  await page.getByRole("link", { name: "Add client" }).or(page.getByRole("button", { name: "Add client" })).first().click();
  const file = await addOnPage(page, inbox, owner.email, "Laptop");
  const laptop = await lab.addMachine("laptop");
  await bringUpClient(laptop, file.text);
  const instanceAddress = /AllowedIPs = (\d+\.\d+\.\d+)\./.exec(file.text)?.[1];
  expect(instanceAddress).toBeDefined();
  await expect.poll(() => reaches(laptop, `${instanceAddress}.1`), { timeout: 60_000 }).toBe(true);

  const subscription = new URL(page.url()).pathname.split("/").slice(0, 3).join("/");
  await page.goto(`${subscription}/service`);
  let after = await inbox.latest();
  await page.getByRole("button", { name: "Show" }).click();
  await typeCode(page, await inbox.codeFor(owner.email, { after, subject: "show the API key" }));
  const apiKey = await page.getByText(/^pck_[\w-]{43}$/).innerText();
  const nas = await lab.addMachine("nas");
  const closeRelay = await relayPortal(nas, stack.portalUrl, store.newId().slice(0, 8));
  try {
    const [script, keyFile] = [info.outputPath("join.sh"), info.outputPath("api-key")];
    await writeFile(keyFile, `${apiKey}\n`, { mode: 0o600 });
    await execIn(nas, ["curl", "-fsS", `${stack.portalUrl}/api/join-system`, "-o", script]);
    after = await inbox.latest();
    const environment = { ...process.env, PORTCULLIS_API_KEY_FILE: keyFile, STATE_DIR: info.outputPath("state"), INTERFACE: `s${store.newId().slice(0, 8)}`, SYSTEM_HOST_NAME: "nas-pear", SYSTEM_SERIAL: "P1-0001" };
    const joining = spawnIn(nas, ["sh", script], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    joining.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => joining.once("exit", resolve));
    const mail = await inbox.waitFor(owner.email, { after, subject: "nas-pear asks to join" });
    await page.goto(new URL(/https?:\/\/\S+\/systems\/\S+/.exec(mail.text)?.[0] ?? "").pathname);
    after = await inbox.latest();
    await page.getByRole("button", { name: "Approve" }).click();
    await typeCode(page, await inbox.codeFor(owner.email, { after, subject: "let the system" }));
    await expect(page.getByText("Live at the gateway")).toBeVisible();
    expect(await ended, said).toBe(0);
    await expect.poll(() => reaches(nas, `${instanceAddress}.1`), { timeout: 60_000 }).toBe(true);
    // Both are there at once, and the first lost nothing by it.
    expect(await reaches(laptop, `${instanceAddress}.1`)).toBe(true);
  } finally {
    await closeRelay();
  }
});
