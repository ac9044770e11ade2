/**
 * Help from the portal's server, for who is locked out and for when no operator is left. Who can run a command there can read the
 * database as well, so it takes no proof; it is noted in the account's log and mailed to its owner, in one transaction with what it does.
 */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { liftBlocksOf } from "@/lib/auth/limits";
import { hashPassword } from "@/lib/auth/password";
import { newToken } from "@/lib/auth/tokens";
import type { AuditAction } from "@/lib/core/audit-actions";
import type { JsonObject } from "@/lib/core/canonical-json";
import { normalisePassword, type Password } from "@/lib/core/password-policy";
import { endSessionsOf, setOperator } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { endAttemptsOf } from "@/lib/db/attempts";
import type { Tx } from "@/lib/db/client";
import { readFactors } from "@/lib/db/factors";
import { queueMail } from "@/lib/db/outbox";
import { setPasswordHash } from "@/lib/db/passwords";
import { expireChallengesOf } from "@/lib/db/security";
import { forgiveProofTries, lockUserState, removeSecondFactors } from "@/lib/db/users";
import { iso } from "@/lib/db/values";
import type { ServerAct } from "@/lib/mail/messages";
import type { StorePorts } from "@/lib/ports";

export interface BreakGlass {
  act: ServerAct;
  user: { id: string; email: string };
  /** Who runs the command, as the server knows them. */
  as: string;
  /** Of the portal, for the mail's link; null when the command doesn't know it. */
  portalUrl: string | null;
}

const ACTIONS: Record<ServerAct, AuditAction> = {
  unlock: "account.unlocked",
  "reset-2fa": "account.factors_reset",
  "end-sessions": "account.sessions_ended",
  "grant-operator": "operator.granted",
  "revoke-operator": "operator.revoked",
};

/** @returns what was done, as facts for the log and for who ran it */
export async function breakGlass(ports: StorePorts, { act, user, as, portalUrl }: BreakGlass): Promise<JsonObject> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const done = await perform(ports, tx, act, user, now);
    const securityUrl = portalUrl === null ? null : new URL("/security", portalUrl).href;
    await queueMail(tx, { id: ports.newId(), recipient: user.email, now, content: { template: "server-act", act, at: iso(now), securityUrl } });
    await appendAudit(tx, [
      { chain: user.id, at: now, action: ACTIONS[act], actor: PORTAL_ACTOR, subject: { kind: "user", id: user.id }, sourceAddress: null, data: { by: "command line", as, ...done } },
    ]);
    return done;
  });
}

async function perform(ports: StorePorts, tx: Tx, act: ServerAct, user: BreakGlass["user"], now: Date): Promise<JsonObject> {
  switch (act) {
    case "unlock":
      await forgiveProofTries(tx, user.id);
      return { blocksLifted: await liftBlocksOf({ db: { ...ports.db, read: tx } }, user.email) };
    case "reset-2fa": {
      const sessionsEnded = await endEverything(tx, user.id, now);
      const removed = await removeSecondFactors(tx, user.id);
      return { ...removed, sessionsEnded, resetByMail: await leaveWayIn(ports, tx, user.id, now) };
    }
    case "end-sessions":
      return { sessionsEnded: await endEverything(tx, user.id, now) };
    case "grant-operator":
    case "revoke-operator":
      await setOperator(tx, user.id, act === "grant-operator");
      return {};
  }
}

/** Sessions, sign-ins under way, proofs asked for. */
async function endEverything(tx: Tx, userId: string, now: Date): Promise<number> {
  await expireChallengesOf(tx, userId, now);
  await endAttemptsOf(tx, userId, null, now);
  await lockUserState(tx, userId);
  return (await endSessionsOf(tx, userId, null, now)).length;
}

/** Who signed in with passkeys alone gets a password that nobody knows: a mailed code then lets them choose one. */
async function leaveWayIn(ports: StorePorts, tx: Tx, userId: string, now: Date): Promise<boolean> {
  const { password, identities } = await readFactors(tx, userId);
  if (password || identities > 0) return false;
  await setPasswordHash(tx, userId, await hashPassword(normalisePassword(newToken(ports)) as Password), now);
  return true;
}
