/**
 * Changing the address: proof for the act by what the person has until now, and the code that was mailed to the new address. Whether
 * the new one has an account is told to nobody who can't read its mail.
 */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { takeTry } from "@/lib/auth/limits";
import { tellOwner } from "@/lib/auth/notices";
import { requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { maskEmailAddress, parseEmailAddress, type EmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { isAddressTaken } from "@/lib/db/accounts";
import { RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { endAttemptsOf } from "@/lib/db/attempts";
import { appendAudit } from "@/lib/db/audit";
import { changeAddress, expireChallengesOf } from "@/lib/db/security";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS, describeAct } from "@/lib/usecases/step-up/account-acts";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import type { AddressChangeView } from "@/lib/usecases/views";

/** What the code at the new address approves: this address in place of that one, and nothing else. */
const newAddressAct = (actor: Actor, email: EmailAddress): Act<"address.verify"> => ({ action: "address.verify", objectId: actor.userId, parameters: { email, insteadOf: actor.email } });

function parseNewAddress(actor: Actor, text: string): EmailAddress {
  const email = parseEmailAddress(text);
  if (email === actor.email) throw new PortcullisError("bad_request", "That is your address already.", { field: "email" });
  return email;
}

/** Asks for both proofs, and mails the code to the new address. @throws bad_request, too_many_tries (mails to that address), step_up_too_many */
export async function beginAddressChange(ports: Ports, actor: Actor, input: { email: string }): Promise<AddressChangeView> {
  const email = parseNewAddress(actor, input.email);
  // Counted like mails to who registers or resets: nobody fills a stranger's mailbox.
  await takeTry(ports, { kind: "mail", account: email, source: actor.source.address, knownBrowser: false });
  return ports.db.transaction(async (tx) => {
    const { act, text } = await describeAct(ports, tx, actor, { action: "address.change", objectId: null, parameters: { email } });
    const stepUp = stepUpView(await requestProof(ports, tx, actor, act, actor.email, text));
    const second = await requestProof(ports, tx, actor, newAddressAct(actor, email), email, {
      act: "make this the address of your account",
      details: [
        { label: "Address until now", value: actor.email },
        { label: "New address", value: email },
      ],
    });
    return { stepUp, newAddress: { challengeId: second.challengeId, sentTo: maskEmailAddress(email), expiresAt: iso(second.expiresAt), resendAfterSeconds: RESEND_AFTER_SECONDS } };
  });
}

export interface NewAddressCode {
  challengeId: string;
  code: string;
}

/**
 * Both proofs are spent, or neither. A wrong code at the new address is told apart by the field "secondCode".
 *
 * @throws bad_request, address_taken, step_up_*
 */
export async function confirmAddressChange(ports: Ports, actor: Actor, input: { email: string; newAddress: NewAddressCode }, proof: PresentedProof): Promise<{ email: string }> {
  const email = parseNewAddress(actor, input.email);
  const taken = () => new PortcullisError("address_taken", "Another account already uses this e-mail address. Accounts are never joined by address.", { field: "email" });
  await wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: ACCOUNT_ACTS["address.change"](actor, { email }), also: { presented: input.newAddress, act: newAddressAct(actor, email) } }),
    async (tx, verified) => {
      const now = ports.clock.now();
      if ((await isAddressTaken(tx, email)) || !(await changeAddress(tx, verified, actor.userId, email))) throw taken();
      // Codes on their way to the old address approve nothing any more, and sign nobody in.
      await expireChallengesOf(tx, actor.userId, now);
      await endAttemptsOf(tx, actor.userId, null, now);
      const change = { template: "address-changed", from: actor.email, to: email } as const;
      await tellOwner(ports, tx, actor, { ...change, side: "old" }, actor.source);
      await tellOwner(ports, tx, { ...actor, email }, { ...change, side: "new" }, actor.source);
      await appendAudit(tx, [
        { chain: actor.userId, at: now, action: "address.changed", actor: auditActor(actor), subject: { kind: "user", id: actor.userId }, sourceAddress: actor.source.address, data: { from: actor.email, to: email } },
      ]);
    },
  );
  return { email };
}
