import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceApp, startInstanceApp } from "@/scripts/demo/instance-app";

let app: InstanceApp;
let url: string;

beforeAll(async () => {
  app = await startInstanceApp({ addresses: ["127.0.0.1"], port: 0, name: "Orchid <cloud>", username: "admin", password: "right horse" });
  url = app.urls[0] ?? "";
});
afterAll(() => app.stop());

const logIn = (username: string, password: string) => fetch(`${url}/login`, { method: "POST", redirect: "manual", body: new URLSearchParams({ username, password }) });
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(";")[0] ?? "";

describe("the instance behind the tunnel", () => {
  it("shows nothing but its login page to whoever is not logged in", async () => {
    for (const path of ["/", "/sample", "/anything"]) {
      const response = await fetch(`${url}${path}`, { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).toEqual([303, "/login"]);
    }
    expect(await (await fetch(`${url}/login`)).text()).toContain("Orchid &#60;cloud&#62;");
  });

  it.each([["admin", "wrong"], ["root", "right horse"], ["", ""]])("refuses %s with a wrong pair of user name and password", async (username, password) => {
    const response = await logIn(username, password);
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("lets in whoever has the right ones, until they log out", async () => {
    const entered = await logIn("admin", "right horse");
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/"]);
    expect(entered.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Strict/);
    const cookie = cookieOf(entered);
    expect(await (await fetch(url, { headers: { cookie } })).text()).toContain("You are in");
    await fetch(`${url}/logout`, { method: "POST", redirect: "manual", headers: { cookie } });
    expect((await fetch(url, { headers: { cookie }, redirect: "manual" })).status).toBe(303);
  });

  it("does not take a made-up session", async () => {
    expect((await fetch(url, { headers: { cookie: "instance_session=guess" }, redirect: "manual" })).status).toBe(303);
  });

  it("sends as much of a transfer as was asked for", async () => {
    const cookie = cookieOf(await logIn("admin", "right horse"));
    const body = await (await fetch(`${url}/sample?megabytes=3`, { headers: { cookie } })).arrayBuffer();
    expect(body.byteLength).toBe(3_000_000);
  });
});
