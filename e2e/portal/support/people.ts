/** People with an account at the provider and a session at the portal, made by really signing in. */
import { randomBytes } from "node:crypto";
import { type APIRequestContext, type APIResponse, request } from "@playwright/test";
import type { StackDescription } from "@/e2e/stack/description";
import { type Assurance, madeUpAccount } from "@/scripts/demo/accounts";
import type { Store } from "./store";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The body as JSON; undefined when it is none. */
  body: unknown;
}

export interface SendOptions {
  headers?: Record<string, string>;
  /** null: none is sent. By default the portal's own, as a browser sends it. */
  origin?: string | null;
  /** Sent as it is; in place of `body` as JSON. */
  raw?: string | Buffer;
  /** 0: a redirect is the answer. */
  maxRedirects?: number;
}

/** HTTP to the portal with one session's cookies. */
export interface PortalApi {
  get: (path: string, options?: SendOptions) => Promise<Answer>;
  post: (path: string, body?: unknown, options?: SendOptions) => Promise<Answer>;
  send: (method: string, path: string, body?: unknown, options?: SendOptions) => Promise<Answer>;
  /** The session's cookies, for a browser context. */
  storageState: () => ReturnType<APIRequestContext["storageState"]>;
  dispose: () => Promise<void>;
}

export interface Person {
  email: string;
  name: string;
  userId: string;
  api: PortalApi;
}

export interface Claims {
  email: string;
  name: string;
  emailVerified: boolean;
  /** What the provider says of how they signed in; with a password when left out. */
  assurance?: Assurance;
}

/** Made up, and nobody else's in this run. */
export const uniqueAddress = (role: string): string => `${role}-${randomBytes(5).toString("hex")}@example.test`;

/** Somebody who never signed in. */
export async function openStranger(stack: StackDescription): Promise<PortalApi> {
  return portalApi(await request.newContext({ baseURL: stack.portalUrl }), stack.portalUrl);
}

/** Signs in at the portal through the provider, as a browser would, and leaves the session in the context's cookies. @returns where it ended */
export async function signInOver(context: APIRequestContext, stack: StackDescription, claims: Claims, callbackUrl = "/icon.svg"): Promise<APIResponse> {
  const { csrfToken } = (await (await context.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const started = await context.post("/api/auth/signin/oidc", { form: { csrfToken, callbackUrl, json: "true" } });
  const { url } = (await started.json()) as { url: string };
  const provider = await context.get(url);
  if (!provider.url().startsWith(stack.issuer)) throw new Error(`Signing in led to ${provider.url()}, not to the provider.`);
  return context.post(provider.url(), { form: { "new-email": claims.email, "new-name": claims.name, "new-assurance": claims.assurance ?? "password", ...(claims.emailVerified ? { "new-verified": "yes" } : {}) } });
}

/** A session of its own; the same address is the same account again. */
export async function signIn(stack: StackDescription, claims: Claims): Promise<PortalApi> {
  const context = await request.newContext({ baseURL: stack.portalUrl, userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" });
  const end = await signInOver(context, stack, claims);
  if (!end.url().startsWith(stack.portalUrl)) throw new Error(`Signing in ended at ${end.url()} (${end.status()}).`);
  return portalApi(context, stack.portalUrl);
}

export async function makePerson(stack: StackDescription, store: Store, options: { role?: string; email?: string; emailVerified?: boolean; assurance?: Assurance } = {}): Promise<Person> {
  const { role = "person", emailVerified = true, assurance } = options;
  const email = options.email ?? uniqueAddress(role);
  const name = `A ${role}`;
  const api = await signIn(stack, { email, name, emailVerified, assurance });
  return { email, name, userId: await userIdOf(store, email), api };
}

/** By who the provider says it is, since an address may not be proved. */
export async function userIdOf(store: Store, email: string): Promise<string> {
  const { subject } = madeUpAccount(email, "", true);
  const [row] = await store.sql<{ user_id: string }>("SELECT user_id FROM identities WHERE subject = $1", [subject]);
  if (!row) throw new Error(`${email} has no account.`);
  return row.user_id;
}

export function portalApi(context: APIRequestContext, portalUrl: string): PortalApi {
  const send: PortalApi["send"] = async (method, path, body, { headers = {}, origin = portalUrl, raw, maxRedirects } = {}) => {
    // Written out, so that a path that begins with two slashes stays one.
    const response = await context.fetch(`${portalUrl}${path}`, {
      method,
      headers: {
        ...(body === undefined && raw === undefined ? {} : { "content-type": "application/json" }),
        ...(origin === null || method === "GET" || method === "HEAD" ? {} : { origin }),
        ...headers,
      },
      data: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      maxRedirects,
      failOnStatusCode: false,
    });
    const text = await response.text();
    const answer = { status: response.status(), headers: response.headers(), text, body: parse(text) };
    await response.dispose();
    return answer;
  };
  return {
    send,
    get: (path, options) => send("GET", path, undefined, options),
    post: (path, body = {}, options) => send("POST", path, body, options),
    storageState: () => context.storageState(),
    dispose: () => context.dispose(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
