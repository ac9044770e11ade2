/** From a request's cookie to who is asking. The cookie holds a session id and nothing else; the rest is looked up each time. */
import { getToken } from "next-auth/jwt";
import { isId } from "@/lib/core/ids";
import { findLiveSession, touchSession } from "@/lib/db/accounts";
import { sourceOf } from "@/lib/auth/source";
import type { Ports } from "@/lib/ports";
import type { Actor, UnprovedActor } from "./actor";
import { sessionCookieName, sessionCookieSecret } from "./cookies";

const TOUCH_EVERY_MS = 60_000;

export interface IncomingRequest {
  cookies: Record<string, string>;
  headers: { get(name: string): string | null };
}

/** null: nobody is signed in, or the session was ended, expired or left unused, or its account deactivated. */
export async function findActor(ports: Ports, request: IncomingRequest): Promise<Actor | UnprovedActor | null> {
  const now = ports.clock.now();
  const sessionId = await readSessionId(ports, request.cookies);
  if (sessionId === null) return null;
  const session = await findLiveSession(ports.db.read, sessionId, now);
  if (!session) return null;
  if (now.getTime() - session.lastSeenAt.getTime() > TOUCH_EVERY_MS) await touchSession(ports.db.read, sessionId, now);
  const common = { userId: session.userId, sessionId, name: session.name, twoFactor: session.twoFactor, method: session.method, source: sourceOf(request.headers), requestedAt: now };
  if (session.email === null) return { ...common, email: null, claimedEmail: session.identityEmail };
  return { ...common, email: session.email, isOperator: session.isOperator || ports.config.operators.has(session.email) };
}

/** The session that a browser's cookie names, live or not; null when it names none. */
export async function readSessionId(ports: Pick<Ports, "config">, cookies: Record<string, string>): Promise<string | null> {
  const token = await getToken({
    // The shape getToken reads; without headers, so that an Authorization header is never taken for a session.
    req: { cookies, headers: {} } as unknown as Parameters<typeof getToken>[0]["req"],
    secret: sessionCookieSecret(ports.config),
    cookieName: sessionCookieName(ports.config),
  });
  const id = token?.sid;
  // What says that something went wrong is no session, whatever else it says (T8).
  if (token?.error !== undefined) return null;
  return typeof id === "string" && isId(id) ? id : null;
}
