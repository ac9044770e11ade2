import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";

for (const device of ["desktop", "phone"] as Device[]) {
  test(`pages before and beside a subscription are whole, light and dark: ${device}`, async ({ make, open }) => {
    const [newcomer, unproved] = [await make.person(), await make.person({ emailVerified: false })];
    const pages = [
      { name: "sign-in", path: "/signin", api: null, sign: "Continue with the demo provider" },
      { name: "sign-in-failed", path: "/signin?error=AccessDenied", api: null, sign: "Sign-in was refused" },
      { name: "verify-address", path: "/verify-address", api: unproved.api, sign: "Mail me a code" },
      { name: "no-subscription", path: "/", api: newcomer.api, sign: "No subscription yet" },
    ];
    for (const { name, path, api, sign } of pages) {
      const { page } = await open(api, path, DEVICES[device]);
      await expect(page.getByText(sign)).toBeVisible();
      await look(page, name, device);
      if (name !== "verify-address") continue;
      await page.getByRole("button", { name: "Mail me a code" }).click();
      await expect(page.getByRole("textbox", { name: "Code" })).toBeVisible();
      await look(page, "verify-address-code", device);
    }
    const { page, watch } = await open(newcomer.api, "/", DEVICES[device]);
    watch.expect(/status of 404/);
    await page.goto("/subscriptions/of-somebody-else");
    await expect(page.getByText("There is nothing here")).toBeVisible();
    await look(page, "not-found", device);
  });
}
