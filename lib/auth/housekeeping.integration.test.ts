import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBrowser } from "@/lib/testing/browser";
import { openKit, type Kit } from "@/lib/testing/kit";
import { tidyUp } from "./housekeeping";

let kit: Kit;
beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());

test("attempts go a week after they ran out, and one under way stays", async () => {
  await new TestBrowser(kit, "198.51.100.1").register("old@people.test");
  kit.clock.advance(8 * 24 * 3_600_000);
  const browser = new TestBrowser(kit, "198.51.100.2");
  await browser.register("new@people.test");
  await tidyUp(kit.ports);
  expect(await kit.sql("SELECT email FROM sign_in_attempts")).toEqual([{ email: "new@people.test" }]);
  expect(await browser.code("register", await browser.mailedCodeOrFail("new@people.test"))).toEqual({ next: "password" });
});
