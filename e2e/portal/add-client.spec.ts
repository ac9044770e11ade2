import { encode } from "uqr";
import { decodeBase64 } from "@/lib/core/base64";
import { parseClientConfig } from "@/lib/core/client-config";
import { publicKeyOf } from "@/lib/core/keys";
import type { SubscriptionView } from "@/lib/usecases/views";
import { addOnPage, askOnPage, download, modulesOnScreen, typeCode, untilIssued } from "./support/add-flow";
import { askForCode, errorCode, issueBody, makeKeys } from "./support/clients";
import { placesOf } from "./support/custody";
import { expect, test } from "./support/fixtures";

const NEW = (pagePath: string): string => `${pagePath}/clients/new`;

test("a person gets from a name to a right file in one flow: mail, code, download, QR code, copy", async ({ make, open, inbox, store, stack }, info) => {
  const tenant = await make.tenant({ name: "Orchard Labs", instanceName: "Orchid", subnetV4: "10.91.0.0/24", dns: ["10.91.0.1"], mtu: 1400 });
  const person = await make.member(tenant, "member");
  const { page } = await open(person.api, tenant.pagePath, { permissions: ["clipboard-read", "clipboard-write"] });
  const began = performance.now();
  await page.getByRole("button", { name: "Add client" }).click();
  const nickname = "Zoë’s 仕事 laptop";
  const { mail, code } = await askOnPage(page, inbox, person.email, nickname);
  await typeCode(page, code);
  await untilIssued(page, nickname);
  const file = await download(page);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  info.annotations.push({ type: "from Add client to the file", description: `${seconds} s` });
  console.log(`    From “Add client” to the downloaded file: ${seconds} s`);

  expect(mail.subject).toBe(`${code} is your code to add the client “${nickname}” to Orchid`);
  expect(mail.to).toEqual([person.email]);
  for (const line of [`Client: ${nickname}`, "Instance: Orchid (Orchard Labs)"]) expect(mail.text).toContain(line);
  expect(mail.text).toMatch(/^Asked for from: Chrom\w*( Headless)? on Linux, address (127\.0\.0\.1|::1)$/m);
  expect(mail.html).toContain(nickname);

  expect(file.name).toMatch(/^(?=.{6,20}$)zoes-[a-z]+-orchid?\.conf$/);
  const { fields, keys } = parseClientConfig(file.text);
  const { instance } = (await person.api.get(tenant.apiPath)).body as SubscriptionView;
  const [row] = await store.sql<{ public_key: Buffer; v4: string; v6: string; sealed: number }>(
    "SELECT public_key, host(address_v4) AS v4, host(address_v6) AS v6, octet_length(sealed_preshared_key) AS sealed FROM access_clients WHERE subscription_id = $1",
    [tenant.subscriptionId],
  );
  expect(fields).toEqual({
    addresses: [`${row?.v4}/32`, `${row?.v6}/128`],
    dns: ["10.91.0.1"],
    mtu: 1400,
    serverPublicKey: instance?.publicKey,
    endpoint: instance?.endpoint,
    allowedIps: ["10.91.0.0/24", instance?.subnetV6],
    persistentKeepaliveSeconds: 25,
  });
  expect(fields.endpoint).toMatch(new RegExp(`^${stack.gateway?.address}:\\d+$`));
  expect(keys.privateKey && publicKeyOf(keys.privateKey)).toBe(row?.public_key.toString("base64"));
  expect([keys.presharedKey?.length, row?.sealed]).toEqual([32, 105]);

  const drawn = encode(file.text, { ecc: "L", border: 4 });
  expect(await modulesOnScreen(page, drawn.size)).toEqual(drawn.data);

  await page.getByRole("button", { name: "Show text" }).click();
  expect(await page.getByLabel(`Text of ${file.name}`).textContent()).toBe(file.text);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByText("Copied the config")).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(file.text);

  for (const system of ["Windows", "macOS", "Linux", "iOS", "Android"]) {
    await page.getByRole("tab", { name: system }).click();
    await expect(page.getByRole("tabpanel")).toContainText(/wireguard/i);
  }
  await expect(page.getByText("Live at the gateway")).toBeVisible();
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: nickname })).toContainText("Live at the gateway");
  await inbox.waitFor(person.email, { after: mail.id, subject: `${nickname} was added to Orchid` });
});

test("the private key and the preshared key never leave the browser: not in a request, a row, a log or a mail", async ({ home, make, open, inbox, store, stack }) => {
  const person = await make.member(home, "member");
  const { page, watch } = await open(person.api, NEW(home.pagePath));
  const { keys } = parseClientConfig((await addOnPage(page, inbox, person.email, "Vault")).text);
  await expect(page.getByText("Live at the gateway")).toBeVisible();
  const privateKey = decodeBase64(keys.privateKey?.reveal() ?? "") ?? new Uint8Array();
  const presharedKey = keys.presharedKey ?? new Uint8Array();
  const places = { store, stack, requests: watch.requests };
  expect([privateKey.length, presharedKey.length]).toEqual([32, 32]);
  expect(await placesOf(privateKey, places)).toEqual([]);
  expect(await placesOf(presharedKey, places)).toEqual([]);
  // The search finds what is there: the public key went up in one request, and is kept with the client, among all keys there ever were, and in the log.
  const publicKey = keys.privateKey ? (decodeBase64(publicKeyOf(keys.privateKey)) ?? new Uint8Array()) : new Uint8Array();
  expect((await placesOf(publicKey, places)).toSorted()).toEqual([`request POST ${home.apiPath}/clients`, "table public.access_clients", "table public.audit_events", "table public.client_keys"]);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, location.href]));
  expect(stored).not.toContain(keys.privateKey?.reveal());
});

for (const nickname of ['"><script>pwned=1</script>', "<img src=x onerror=pwned=1>;PostUp=x"]) {
  test(`a nickname is text wherever it shows, and never part of the file (T15): ${nickname}`, async ({ home, make, open, inbox }) => {
    const person = await make.member(home, "admin");
    const { page } = await open(person.api, NEW(home.pagePath));
    const { mail, code } = await askOnPage(page, inbox, person.email, nickname);
    await typeCode(page, code);
    await untilIssued(page, nickname);
    const file = await download(page);
    const { fields, keys } = parseClientConfig(file.text);
    expect([fields.endpoint.split(":").length, keys.presharedKey?.length]).toEqual([2, 32]);
    for (const word of ["PostUp", "script", "pwned", "img", "#"]) expect(file.text).not.toContain(word);
    expect(file.name).toMatch(/^[a-z0-9][a-z0-9-]{0,13}[a-z0-9]\.conf$/);

    expect(mail.subject).toContain(nickname);
    expect(mail.text).toContain(`Client: ${nickname}`);
    expect(mail.html).not.toMatch(/<script|<img/i);
    const added = await inbox.waitFor(person.email, { after: mail.id, subject: "was added to" });
    expect(added.html).not.toMatch(/<script|<img/i);

    await page.goto(`${home.pagePath}/activity`);
    await expect(page.getByText(`“${nickname}”`).first()).toBeVisible();
    await page.goto(home.pagePath);
    await expect(page.getByRole("row", { name: nickname })).toBeVisible();
    expect(await page.evaluate(() => Reflect.has(globalThis, "pwned"))).toBe(false);
  });
}

test("a nickname with line breaks, control or invisible characters, or too long, is refused with words by the page and by the API (T15)", async ({ home, make, open }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, NEW(home.pagePath));
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(page.getByText("Give the client a nickname")).toBeVisible();
  await page.getByRole("textbox", { name: "Nickname" }).fill("x".repeat(41));
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(page.getByText("A nickname has at most 40 characters; this one has 41.")).toBeVisible();
  for (const nickname of ["", "a\nPostUp = touch pwned", "a\r\n[Peer]", "a\u0000b", "a\u202Eb", "a\u200Bb", "a\u2028b", "x".repeat(41), "x".repeat(600)]) {
    const answer = await person.api.post(`${home.apiPath}/clients/challenge`, { nickname });
    expect([400, 422], JSON.stringify(nickname.slice(0, 20))).toContain(answer.status);
    expect(["nickname_invalid", "bad_request"]).toContain(errorCode(answer));
  }
});

test("a person who would lose the key by leaving is asked first, on links, the back button and reload", async ({ home, make, open, inbox }) => {
  const person = await make.member(home, "member");
  const { page } = await open(person.api, home.pagePath);
  await page.getByRole("button", { name: "Add client" }).click();
  const { code } = await askOnPage(page, inbox, person.email, "Left behind");
  await typeCode(page, code);
  await untilIssued(page, "Left behind");

  const question = page.getByRole("alertdialog", { name: "Leave without the config?" });
  await page.getByRole("link", { name: "Done" }).click();
  await question.getByRole("button", { name: "Stay here" }).click();
  await expect(question).toBeHidden();
  await page.goBack();
  await question.getByRole("button", { name: "Stay here" }).click();
  await expect(question).toBeHidden();
  const [unload] = await Promise.all([page.waitForEvent("dialog"), page.close({ runBeforeUnload: true })]);
  expect(unload.type()).toBe("beforeunload");
  await unload.dismiss();
  await expect(page.getByRole("button", { name: "Download" })).toBeVisible();

  await download(page);
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: "Left behind" })).toBeVisible();
});

test("with their own public key a person gets a file that waits for the private key, which nobody asked for", async ({ home, make, open, inbox, store }) => {
  const person = await make.member(home, "member");
  const { pair } = makeKeys((await askForCode(inbox, person, home, "Other")).challenge.sealTo);
  const { page } = await open(person.api, NEW(home.pagePath));
  await page.getByRole("button", { name: "I have my own public key" }).click();
  await page.getByRole("textbox", { name: "Public key" }).fill("not a key");
  await page.getByRole("textbox", { name: "Nickname" }).fill("Server");
  await page.getByRole("button", { name: "Mail me a code" }).click();
  await expect(page.getByRole("textbox", { name: "Public key" })).toHaveAccessibleDescription(/public key/i);
  await expect(page.getByRole("textbox", { name: "Public key" })).toHaveAttribute("aria-invalid", "true");

  await page.getByRole("textbox", { name: "Public key" }).fill(` ${pair.publicKey}\n`);
  const file = await addOnPage(page, inbox, person.email, "Server");
  expect(file.text).toContain("PrivateKey = <paste the private key that stays on your machine>");
  const { keys } = parseClientConfig(file.text);
  expect([keys.privateKey, keys.presharedKey?.length]).toEqual([null, 32]);
  await expect(page.getByRole("img", { name: /^QR code/ })).toHaveCount(0);
  expect(await store.sql("SELECT nickname FROM access_clients WHERE public_key = decode($1, 'base64')", [pair.publicKey])).toEqual([{ nickname: "Server" }]);
});

test("a full subnet says so with status 409, spends nothing and makes nothing", async ({ make, open, inbox, store }) => {
  const tenant = await make.tenant({ subnetV4: "10.92.0.0/29" });
  const person = await make.member(tenant, "owner");
  for (const nickname of ["one", "two", "three", "four", "five"]) {
    const approval = await askForCode(inbox, person, tenant, nickname);
    expect((await person.api.post(`${tenant.apiPath}/clients`, issueBody(nickname, approval, makeKeys(approval.challenge.sealTo)))).status).toBe(201);
  }
  const { page, watch } = await open(person.api, NEW(tenant.pagePath));
  watch.expect(/status of 409/);
  const { code } = await askOnPage(page, inbox, person.email, "six");
  const answer = page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/clients"));
  await typeCode(page, code);
  expect((await answer).status()).toBe(409);
  const notice = page.getByRole("alert").filter({ hasText: "No address is free" });
  await expect(notice).toContainText("This subnet is full (5 of 5 in use)");
  await expect(notice.getByRole("link", { name: "See the clients" })).toBeVisible();
  expect(await store.sql("SELECT count(*)::int AS clients FROM access_clients WHERE subscription_id = $1", [tenant.subscriptionId])).toEqual([{ clients: 5 }]);
  expect(await store.sql("SELECT count(*)::int AS unspent FROM step_up_challenges WHERE user_id = $1 AND used_at IS NULL AND tries_left = 5", [person.userId])).toEqual([{ unspent: 1 }]);
});
