/** What a host installs the agent from: served to anybody, and shown to operators with the digest that it must have. */
import { createHash } from "node:crypto";
import { errorCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { openStranger } from "./support/people";
import { DEVICES, type Device, look } from "./support/screens";

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

test("the agent is what its list of digests, its ETag and the console say", async ({ stack, make, open }) => {
  const stranger = await openStranger(stack);
  const get = (name: string, headers: Record<string, string> = {}) => stranger.get(`/api/agent/${name}`, { headers });
  const bundle = await get("portcullis-agent.mjs");
  const digest = digestOf(bundle.text);
  expect([bundle.status, bundle.headers.etag, bundle.headers["x-content-type-options"]]).toEqual([200, `"${digest}"`, "nosniff"]);
  expect((await get("SHA256SUMS")).text.split("\n")).toEqual([`${digest}  portcullis-agent.mjs`, `${digestOf((await get("portcullis-agent.service")).text)}  portcullis-agent.service`, ""]);
  expect((await get("portcullis-agent.mjs", { "if-none-match": `"${digest}"` })).status).toBe(304);
  const script = (await get("install.sh")).text;
  expect(script).toContain(`PORTAL_URL='${stack.portalUrl}'`);
  expect(script).not.toContain("@PORTAL_URL@");
  // Nothing of the machine that it was built on.
  expect(bundle.text).not.toContain(process.cwd());
  for (const name of ["..%2fBUILD_ID", "%2e%2e%2fportcullis-build-inputs", "constructor", "__proto__", "x"]) expect(errorCode(await get(name)), name).toBe("not_found");

  const operator = await make.operator();
  for (const device of ["desktop", "phone"] as Device[]) {
    const { page } = await open(operator.api, "/operator/gateways", DEVICES[device]);
    await expect(page.getByText(`curl -fsS ${stack.portalUrl}/api/agent/install.sh | sudo sh -s -- --sha256 ${digest}`)).toBeVisible();
    await look(page, "operator-gateways", device);
  }
});
