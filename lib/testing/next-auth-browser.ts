/** A browser on next-auth's own paths: its cookies, the way to a provider and back. For tests that mock next/headers with ./next-headers. */
import NextAuth from "next-auth";
import { getToken } from "next-auth/jwt";
import type { NextApiRequest, NextApiResponse } from "next";
import { sessionCookieName, sessionCookieSecret } from "@/lib/auth/cookies";
import { authOptions } from "@/lib/auth/next-auth";
import type { Kit } from "./kit";
import { currentJar } from "./next-headers";
import type { TestProvider } from "./openid-provider";

interface Asked {
  action: "csrf" | "signin" | "callback" | "signout";
  providerId?: string;
  query?: Record<string, string>;
  body?: Record<string, string>;
}

export async function ask(kit: Kit, { action, providerId, query = {}, body }: Asked): Promise<{ redirect: string | null; body: unknown }> {
  const headers = new Map<string, unknown>();
  let sent: unknown = null;
  const response = {
    status: () => response,
    getHeader: (name: string) => headers.get(name),
    setHeader: (name: string, value: unknown) => (headers.set(name, value), response),
    json: (value: unknown) => void (sent = value),
    send: (value: unknown) => void (sent = value),
    end: () => undefined,
  };
  const request = { method: body ? "POST" : "GET", query: { ...query, nextauth: providerId === undefined ? [action] : [action, providerId] }, body: body ?? {}, cookies: Object.fromEntries(currentJar), headers: {} };
  await NextAuth(request as unknown as NextApiRequest, response as unknown as NextApiResponse, await authOptions(kit.ports, providerId ?? null));
  for (const cookie of [headers.get("Set-Cookie") ?? []].flat() as string[]) {
    const [pair = ""] = cookie.split(";");
    const [name, value] = [pair.slice(0, pair.indexOf("=")), decodeURIComponent(pair.slice(pair.indexOf("=") + 1))];
    if (value === "" || /max-age=0\b/i.test(cookie)) currentJar.delete(name);
    else currentJar.set(name, value);
  }
  return { redirect: (headers.get("Location") as string | undefined) ?? null, body: sent };
}

export async function post(kit: Kit, asked: Omit<Asked, "body">, fields: Record<string, string> = {}): Promise<{ redirect: string | null; body: unknown }> {
  const { body } = await ask(kit, { action: "csrf" });
  return ask(kit, { ...asked, body: { csrfToken: (body as { csrfToken: string }).csrfToken, callbackUrl: "/", ...fields } });
}

/** The whole way: to the provider, and back. @param change what happens to the address on the way back */
export async function signInAt(kit: Kit, provider: Pick<TestProvider, "visit">, providerId: string, change: (back: URL) => void = () => undefined): Promise<{ redirect: string | null }> {
  const { redirect } = await post(kit, { action: "signin", providerId });
  if (redirect === null || redirect.startsWith(kit.ports.config.url.origin)) return { redirect };
  const back = await provider.visit(redirect);
  change(back);
  return ask(kit, { action: "callback", providerId, query: Object.fromEntries(back.searchParams) });
}

/** The session that the browser's cookie holds; null when it has none. */
export async function currentSession(kit: Kit): Promise<string | null> {
  const req = { cookies: Object.fromEntries(currentJar), headers: {} } as unknown as Parameters<typeof getToken>[0]["req"];
  const token = await getToken({ req, secret: sessionCookieSecret(kit.ports.config), cookieName: sessionCookieName(kit.ports.config) });
  return typeof token?.sid === "string" ? token.sid : null;
}
