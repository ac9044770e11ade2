/** Adding a passkey, in two steps: a proof for it, and then what the authenticator made. */
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { auditActor, type Actor } from "@/lib/auth/actor";
import { factorsOf, hasSecondFactor } from "@/lib/auth/factors/factors-of";
import { tellOwner } from "@/lib/auth/notices";
import { challengeOfCreation, passkeyCreationOptions, verifyCreatedPasskey } from "@/lib/auth/factors/passkeys";
import { continueProof, toBeContinued, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { PortcullisError } from "@/lib/core/errors";
import { parseFactorName } from "@/lib/core/factor-name";
import { appendAudit } from "@/lib/db/audit";
import { insertPasskey, lockUser, markTwoFactor } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";
import type { AddedFactorView } from "@/lib/usecases/views";
import { firstRecoveryCodes } from "./recovery-codes";
import { requireRoom } from "./room";

/** Options for the browser to make a passkey with. @throws factor_name_invalid, bad_request (too many), step_up_* */
export async function beginPasskey(ports: Ports, actor: Actor, input: { name: string }, proof: PresentedProof): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const name = parseFactorName(input.name);
  return wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: ACCOUNT_ACTS["passkey.add"](actor, { name }) }),
    async (tx, verified) => {
      requireRoom((await factorsOf(tx, actor.userId)).passkeys, "passkeys");
      const { options, challenge } = await passkeyCreationOptions(ports, tx, actor);
      await toBeContinued(tx, verified, challenge);
      await appendAudit(tx, [
        {
          chain: actor.userId,
          at: ports.clock.now(),
          action: "passkey.begun",
          actor: auditActor(actor),
          subject: { kind: "user", id: actor.userId },
          sourceAddress: actor.source.address,
          data: { name },
        },
      ]);
      return options;
    },
  );
}

/**
 * @param response what the browser made of the options
 * @returns recoveryCodes: ten, with the first second factor; shown once
 * @throws factor_name_invalid, passkey_refused, step_up_mismatch in another session, under another name or after ten minutes
 */
export async function finishPasskey(ports: Ports, actor: Actor, input: { name: string; response: unknown }): Promise<AddedFactorView> {
  const name = parseFactorName(input.name);
  const challenge = challengeOfCreation(input.response);
  const created = challenge && (await verifyCreatedPasskey(ports, challenge, input.response));
  if (!created) throw new PortcullisError("passkey_refused", "This passkey could not be accepted. Try again, and confirm with your finger, face or PIN when your device asks.");
  return ports.db.transaction(async (tx) => {
    await lockUser(tx, actor.userId);
    // Only the challenge that this session's proof was spent on goes on.
    const proof = await continueProof(ports, tx, actor, ACCOUNT_ACTS["passkey.add"](actor, { name }), challenge);
    const before = await factorsOf(tx, actor.userId);
    const now = ports.clock.now();
    const id = ports.newId();
    if (!(await insertPasskey(tx, proof, { id, userId: actor.userId, name, ...created, createdAt: now }))) {
      throw new PortcullisError("passkey_refused", "This passkey is registered already.");
    }
    await markTwoFactor(tx, actor.sessionId);
    const recoveryCodes = await firstRecoveryCodes(ports, tx, proof, actor, before);
    await tellOwner(ports, tx, actor, { template: "factor-added", factor: "passkey", name }, actor.source);
    await appendAudit(tx, [
      {
        chain: actor.userId,
        at: now,
        action: "passkey.added",
        actor: auditActor(actor),
        subject: { kind: "passkey", id },
        sourceAddress: actor.source.address,
        data: { name, backedUp: created.backedUp, recoveryCodes: recoveryCodes !== null },
      },
    ]);
    return { id, recoveryCodes, suggestBackup: !hasSecondFactor(before), hint: null };
  });
}
