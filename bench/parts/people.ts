/** People of a subscription, signed in: rows as sign-in makes them, and the cookie that the browser would have. */
import { encode } from "next-auth/jwt";
import type { Portal } from "@/bench/parts/portal";
import { sessionCookieSecret } from "@/lib/auth/cookies";
import { SESSION_LIFETIME_SECONDS } from "@/lib/core/session-lifetime";

export interface Person {
  userId: string;
  sessionId: string;
  email: string;
  /** The request header's value. */
  cookie: string;
}

/** Accounts with a proved address and a session each. */
export async function makePeople(portal: Portal, count: number): Promise<Person[]> {
  const { sql, config, ports } = portal;
  const people = await Promise.all(
    Array.from({ length: count }, async () => {
      const [userId, sessionId] = [ports.newId(), ports.newId()];
      const token = await encode({ token: { sid: sessionId }, secret: sessionCookieSecret(config), maxAge: SESSION_LIFETIME_SECONDS });
      return { userId, sessionId, email: `${userId.slice(0, 13)}@bench.test`, cookie: `next-auth.session-token=${token}` };
    }),
  );
  const users = people.map(({ userId }) => userId);
  await sql.query("INSERT INTO users (id, email, name, created_at) SELECT id, email, 'Bench', now() FROM unnest($1::uuid[], $2::text[]) AS t (id, email)", [users, people.map(({ email }) => email)]);
  await sql.query(
    `INSERT INTO identities (id, user_id, provider, subject, email, created_at, last_used_at)
     SELECT id, id, 'bench', id::text, NULL, now(), now() FROM unnest($1::uuid[]) AS t (id)`,
    [users],
  );
  await sql.query(
    `INSERT INTO sessions (id, user_id, identity_id, created_at, last_seen_at, expires_at, user_agent)
     SELECT id, user_id, user_id, now(), now(), now() + interval '1 day', 'bench' FROM unnest($1::uuid[], $2::uuid[]) AS t (id, user_id)`,
    [people.map(({ sessionId }) => sessionId), users],
  );
  return people;
}
