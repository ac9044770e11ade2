import { expect, it } from "vitest";
import { demoSettings } from "@/scripts/demo/settings";

it("takes the usual ports, and others where they are set", () => {
  expect(demoSettings({}).ports).toEqual({ portal: 3000, oidc: 3001, mailbox: 3002, smtp: 3025 });
  expect(demoSettings({ PORT: "8080", SMTP_PORT: "2500" }).ports).toEqual({ portal: 8080, oidc: 3001, mailbox: 3002, smtp: 2500 });
});

it.each(["0", "70000", "three", "80.5"])("names the variable that holds no port: %s", (text) => {
  expect(() => demoSettings({ MAILBOX_PORT: text })).toThrow(/MAILBOX_PORT/);
});

it("gives demos with different data different network namespaces", () => {
  expect(demoSettings({ PORTCULLIS_DATA_DIR: "/srv/one" }).worldName).not.toBe(demoSettings({ PORTCULLIS_DATA_DIR: "/srv/other" }).worldName);
  expect(demoSettings({ PORTCULLIS_DATA_DIR: "/srv/one" }).worldName).toMatch(/^[a-z0-9]{1,9}$/);
});
