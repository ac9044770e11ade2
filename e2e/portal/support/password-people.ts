/** People who sign in with a password: made through the portal's own registration. */
import { randomBytes } from "node:crypto";
import { request } from "@playwright/test";
import type { StackDescription } from "@/e2e/stack/description";
import type { Inbox } from "@/e2e/stack/fixtures";
import { type Person, portalApi, type PortalApi, uniqueAddress } from "./people";
import type { Store } from "./store";

export interface PasswordPerson extends Person {
  password: string;
}

/** Of its mail's subject. */
export const CODE_MAILS = { sign_in: "is your code to sign in", register: "is your code to make your account", reset: "is your code to choose a new password" } as const;

/** Four words, and unlike any other in this run. */
export const strangePassword = (): string => `gatehouse ${randomBytes(4).toString("hex")} lantern ${randomBytes(2).toString("hex")}`;

/** Every test comes from one address, which the limits on guessing take for one stranger: each begins as on a fresh day. */
export const forgetTries = (store: Store): Promise<unknown> => store.sql("DELETE FROM rate_limits");

/** Registers over the API, and holds the session. */
export async function registerPerson(stack: StackDescription, store: Store, inbox: Inbox, role = "registered"): Promise<PasswordPerson> {
  await forgetTries(store);
  const email = uniqueAddress(role);
  const [password, name] = [strangePassword(), `A ${role}`];
  const context = await request.newContext({ baseURL: stack.portalUrl, userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" });
  const api = portalApi(context, stack.portalUrl);
  const after = await inbox.latest();
  await asked(api, "register", { email });
  await asked(api, "register/code", { code: await inbox.codeFor(email, { after, subject: CODE_MAILS.register }) });
  const { ticket } = (await asked(api, "register/password", { password, name })) as { ticket: string };
  const { csrfToken } = (await api.get("/api/auth/csrf")).body as { csrfToken: string };
  const entered = await context.post("/api/auth/callback/ticket", { form: { csrfToken, ticket, callbackUrl: "/", json: "true" } });
  if (!entered.ok()) throw new Error(`The ticket was refused: ${entered.status()} ${await entered.text()}`);
  const [row] = await store.sql<{ id: string }>("SELECT id FROM users WHERE email = $1", [email]);
  if (!row) throw new Error(`${email} has no account.`);
  return { email, name, password, userId: row.id, api };
}

async function asked(api: PortalApi, path: string, body: object): Promise<unknown> {
  const answer = await api.post(`/api/v1/sign-in/${path}`, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}
