/** Calls the routes' handlers as Next does, without the proxy in front (T6), by the session cookie alone. */
import { NextRequest } from "next/server";
import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import type { Wakeups } from "@/lib/db/wakeups";
import type { Kit } from "./kit";
import { BROWSER_HEADERS, cookieOf } from "./people";

type Handler = (request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** Makes the kit this process's runtime, as lib/runtime.ts would have made one from the environment. @returns the way back */
export function serve(kit: Kit, wakeups: Wakeups): () => void {
  const shared = globalThis as { [key: symbol]: unknown };
  const key = Symbol.for("portcullis.runtime");
  shared[key] = { ...kit.ports, wakeups };
  return () => {
    delete shared[key];
  };
}

export interface Call {
  /** null: nobody is signed in. */
  as: Actor | UnprovedActor | null;
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  /** Besides the cookie; null takes one away. */
  headers?: Record<string, string | null>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export async function call(kit: Kit, method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", handler: Handler, { as, params = {}, query = "", body, headers: changes = {} }: Call): Promise<Answer> {
  const { origin } = kit.ports.config.url;
  const headers = new Headers(BROWSER_HEADERS);
  if (method !== "GET") headers.set("origin", origin);
  if (as) {
    const { name, value } = await cookieOf(kit, as.sessionId);
    headers.set("cookie", `${name}=${value}`);
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new NextRequest(`${origin}/api/v1${query}`, { method, headers, ...(body === undefined ? {} : { body: text }) });
  const response = await handler(request, { params: Promise.resolve(params) });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, body: answer === "" ? null : JSON.parse(answer) };
}
