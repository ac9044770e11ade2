import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "./api";
import { onSessionEnd } from "./session-end";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => vi.unstubAllGlobals());

const answer = (status: number, body: string | null): void => {
  fetched.mockResolvedValueOnce(new Response(body, { status }));
};
const lastCall = (): { path: unknown; init: RequestInit } => {
  const [path, init] = fetched.mock.lastCall ?? expect.fail("nothing was sent");
  return { path, init: init ?? {} };
};

describe("the browser's side of the API", () => {
  it("sends JSON to this site alone", async () => {
    answer(201, '{"challengeId":"c"}');
    await expect(api.requestClientChallenge("s1", "Sam’s laptop", null)).resolves.toEqual({ challengeId: "c" });
    const { path, init } = lastCall();
    expect(path).toBe("/api/v1/subscriptions/s1/clients/challenge");
    expect(init).toMatchObject({ method: "POST", credentials: "same-origin", redirect: "error", body: '{"nickname":"Sam’s laptop","expiresAt":null}' });
    expect(new Headers(init.headers).get("content-type")).toBe("application/json");
  });

  it("never lets an id or a search change the path", async () => {
    answer(200, '{"items":[],"nextCursor":null}');
    await api.clients("../x?y", { query: "a&b=c", cursor: null });
    expect(lastCall().path).toBe("/api/v1/subscriptions/..%2Fx%3Fy/clients?q=a%26b%3Dc");
    expect(lastCall().init.body).toBeUndefined();
  });

  it("takes an empty answer where none is due", async () => {
    answer(204, null);
    await expect(api.verifyAddress("c", "123456")).resolves.toBeUndefined();
  });

  it("turns a lost line, a refusal and a stranger's page into errors with words", async () => {
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await expect(api.gateways()).rejects.toMatchObject({ code: "network" });
    answer(409, '{"error":{"code":"subnet_full","message":"Full.","facts":{}}}');
    await expect(api.gateways()).rejects.toMatchObject({ code: "subnet_full", message: "Full.", status: 409 });
    answer(200, "<html>");
    await expect(api.gateways()).rejects.toMatchObject({ code: "unreadable" });
  });

  it("tells the page when the session has ended", async () => {
    const ended = vi.fn();
    const stop = onSessionEnd(ended);
    answer(401, '{"error":{"code":"not_signed_in","message":"Sign in.","facts":{}}}');
    await expect(api.gateways()).rejects.toMatchObject({ code: "not_signed_in" });
    stop();
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it("leaves an abort to whoever aborted", async () => {
    const controller = new AbortController();
    const reason = new DOMException("gone", "AbortError");
    fetched.mockImplementationOnce(() => {
      controller.abort();
      return Promise.reject(reason);
    });
    await expect(api.searchClients("x", null, controller.signal)).rejects.toBe(reason);
  });
});
