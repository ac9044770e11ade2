/** Proving the address that a provider did not verify: a mailed code, before anything else. */
import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import { auditActor } from "@/lib/auth/actor";
import { takeTry } from "@/lib/auth/limits";
import { proveAddress } from "@/lib/auth/sign-in";
import { requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { maskEmailAddress, parseEmailAddress, type EmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { appendAudit } from "@/lib/db/audit";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";

const verifyAct = (userId: string, email: EmailAddress): Act<"address.verify"> => ({ action: "address.verify", objectId: userId, parameters: { email } });

/** @throws bad_request when there is nothing to prove */
function addressToProve(actor: Actor | UnprovedActor): EmailAddress {
  if (actor.email !== null) throw new PortcullisError("bad_request", "Your e-mail address is proved already.");
  if (actor.claimedEmail === null) throw new PortcullisError("bad_request", "Your provider gave no usable e-mail address. Add one to your account there, then sign in again.");
  return parseEmailAddress(actor.claimedEmail);
}

/** @throws bad_request, too_many_tries (mails to that address), step_up_too_many */
export async function requestAddressChallenge(
  ports: Ports,
  actor: Actor | UnprovedActor,
): Promise<{ challengeId: string; sentTo: string; expiresAt: string; resendAfterSeconds: number }> {
  const email = addressToProve(actor);
  // Counted like mails to who registers: accounts at a provider that proves no address are many, and each may name a stranger's.
  await takeTry(ports, { kind: "mail", account: email, source: actor.source.address, knownBrowser: false });
  const challenge = await ports.db.transaction((tx) =>
    requestProof(ports, tx, actor, verifyAct(actor.userId, email), email, { act: "confirm that this e-mail address is yours", details: [{ label: "Address", value: email }] }),
  );
  return { challengeId: challenge.challengeId, sentTo: maskEmailAddress(email), expiresAt: iso(challenge.expiresAt), resendAfterSeconds: RESEND_AFTER_SECONDS };
}

/** @throws bad_request, address_taken, step_up_* */
export async function verifyAddress(ports: Ports, actor: Actor | UnprovedActor, proof: PresentedProof): Promise<void> {
  const email = addressToProve(actor);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: verifyAct(actor.userId, email) }),
    async (tx) => {
      await proveAddress(tx, actor.userId, email);
      await appendAudit(tx, [
        { chain: actor.userId, at: ports.clock.now(), action: "address.verified", actor: auditActor(actor), subject: { kind: "user", id: actor.userId }, sourceAddress: actor.source.address, data: { email } },
      ]);
    },
  );
}
