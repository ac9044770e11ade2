/** Adding an authenticator app, in two steps: a proof for it, and then a code that shows that the app holds the secret. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { factorsOf, hasSecondFactor } from "@/lib/auth/factors/factors-of";
import { tellOwner } from "@/lib/auth/notices";
import { makeTotpSecret, verifyNewTotp } from "@/lib/auth/factors/totp";
import { continueProof, toBeContinued, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { PortcullisError, notFound } from "@/lib/core/errors";
import { parseFactorName } from "@/lib/core/factor-name";
import { describeDrift } from "@/lib/core/totp";
import { appendAudit } from "@/lib/db/audit";
import { insertTotpDevice, lockTotpDevices, lockUser, markTotpConfirmed, markTwoFactor } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";
import { requireId } from "@/lib/usecases/subscription-access";
import type { AddedFactorView, NewTotpView } from "@/lib/usecases/views";
import { firstRecoveryCodes } from "./recovery-codes";
import { requireRoom } from "./room";

/** The device counts for nothing until it is confirmed. @throws factor_name_invalid, bad_request (too many), step_up_* */
export async function beginTotp(ports: Ports, actor: Actor, input: { name: string }, proof: PresentedProof): Promise<NewTotpView> {
  const name = parseFactorName(input.name);
  const act = ACCOUNT_ACTS["totp.add"](actor, { name });
  return wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act }),
    async (tx, verified) => {
      requireRoom((await factorsOf(tx, actor.userId)).totp, "authenticator apps");
      const id = ports.newId();
      const now = ports.clock.now();
      const { sealed, settings, secret, uri } = makeTotpSecret(ports, { id, userId: actor.userId }, actor.email);
      await insertTotpDevice(tx, verified, { id, userId: actor.userId, name, sealedSecret: sealed.bytes, keyVersion: sealed.keyVersion, ...settings, now });
      await toBeContinued(tx, verified, bytesOf(id));
      await appendAudit(tx, [
        { chain: actor.userId, at: now, action: "totp.begun", actor: auditActor(actor), subject: { kind: "totp", id }, sourceAddress: actor.source.address, data: { name } },
      ]);
      return { deviceId: id, secret, uri, digits: settings.digits, periodSeconds: settings.periodSeconds };
    },
  );
}

/**
 * @returns recoveryCodes: ten, with the first second factor; shown once
 * @throws totp_wrong_code with what is wrong about it, not_found, step_up_mismatch in another session or after ten minutes
 */
export async function confirmTotp(ports: Ports, actor: Actor, input: { deviceId: string; code: string }): Promise<AddedFactorView> {
  const deviceId = requireId(input.deviceId);
  const result = await ports.db.transaction(async (tx) => {
    await lockUser(tx, actor.userId);
    const [device] = await lockTotpDevices(tx, actor.userId, deviceId);
    if (!device || device.confirmedAt !== null) throw notFound();
    const verdict = await verifyNewTotp(ports, tx, actor.userId, deviceId, input.code);
    // Returned, not thrown: what was noted about the code is to be kept.
    if (!verdict.ok) return verdict;
    const now = ports.clock.now();
    const proof = await continueProof(ports, tx, actor, ACCOUNT_ACTS["totp.add"](actor, { name: device.name }), bytesOf(deviceId));
    const before = await factorsOf(tx, actor.userId);
    await markTotpConfirmed(tx, proof, deviceId, now);
    await markTwoFactor(tx, actor.sessionId);
    const recoveryCodes = await firstRecoveryCodes(ports, tx, proof, actor, before);
    await tellOwner(ports, tx, actor, { template: "factor-added", factor: "authenticator app", name: device.name }, actor.source);
    await appendAudit(tx, [
      {
        chain: actor.userId,
        at: now,
        action: "totp.added",
        actor: auditActor(actor),
        subject: { kind: "totp", id: deviceId },
        sourceAddress: actor.source.address,
        data: { name: device.name, recoveryCodes: recoveryCodes !== null },
      },
    ]);
    const drift = Math.abs(verdict.driftSeconds) >= device.periodSeconds ? `Your phone's clock is ${describeDrift(verdict.driftSeconds)}. That still works; automatic time is safer.` : null;
    return { ok: true as const, id: deviceId, recoveryCodes, suggestBackup: !hasSecondFactor(before), hint: drift };
  });
  if (!result.ok) throw new PortcullisError("totp_wrong_code", result.hint ?? "That code is not right. Type the one that the app shows now.", { field: "code" });
  const { ok: _ok, ...view } = result;
  return view;
}

/** A UUID's 16 bytes. */
const bytesOf = (id: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(id.replaceAll("-", ""), "hex"));
