/** What the page "Service" says of an instance, and the API key: hidden until it is proved who asks, and replaced at once. */
import { typeCode } from "./support/add-flow";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";

test("an owner finds the instance's addresses and keys, and shows and replaces its API key with a code for each", async ({ make, open, inbox }) => {
  const tenant = await make.tenant({ subnetV4: "10.97.0.0/24", maxClients: 5 });
  const { page } = await open(tenant.owner.api, tenant.pagePath);
  await page.getByRole("link", { name: "Service", exact: true }).click();
  await expect(page.getByRole("link", { name: /^http:\/\/10\.97\.0\.1/ })).toBeVisible();
  await expect(page.getByText("10.97.0.0/24")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy public key" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy endpoint" })).toBeVisible();
  await expect(page.getByText("of 5", { exact: true })).toBeVisible();
  await expect(page.getByText("There is none yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Make a new one" })).toBeHidden();

  const approve = async (what: string) => {
    const code = await inbox.codeFor(tenant.owner.email, { after, subject: what });
    await typeCode(page, code);
  };
  let after = await inbox.latest();
  await page.getByRole("button", { name: "Show" }).click();
  await approve("show the API key");
  const key = page.getByText(/^pck_[\w-]{43}$/);
  await expect(key).toBeVisible();
  const first = await key.innerText();
  await page.getByRole("button", { name: "Hide" }).click();
  await expect(page.getByText(first.slice(-4))).toBeVisible();
  await expect(key).toBeHidden();
  for (const device of ["desktop", "phone"] as Device[]) {
    const { page: seen } = await open(tenant.owner.api, `${tenant.pagePath}/service`, DEVICES[device]);
    await expect(seen.getByRole("heading", { name: "API key" })).toBeVisible();
    await look(seen, "service", device);
  }

  after = await inbox.latest();
  await page.getByRole("button", { name: "Make a new one" }).click();
  await expect(page.getByRole("dialog")).toContainText("The key before it stops working at once");
  await look(page, "new-api-key", "desktop");
  await approve("make a new API key");
  await expect(key).toBeVisible();
  expect(await key.innerText()).not.toBe(first);
  expect((await inbox.waitFor(tenant.owner.email, { after, subject: "was replaced" })).text).not.toContain(first.slice(4, 20));

  const { page: seenByMember } = await open((await make.member(tenant, "member")).api, `${tenant.pagePath}/service`);
  await expect(seenByMember.getByText("10.97.0.0/24")).toBeVisible();
  await expect(seenByMember.getByRole("heading", { name: "API key" })).toBeHidden();
});
