/** A second factor: after the right password, or before a new one is chosen. And passkeys, which need neither. */
import { attemptOver, finishWithTicket, requireAttempt, startAttempt, wrongTry, type SignInRequest, type WrongTry } from "@/lib/auth/attempts";
import { passkeyRequestOptions, verifyPasskey } from "@/lib/auth/factors/passkeys";
import { spendRecoveryCode } from "@/lib/auth/factors/recovery-codes";
import { verifyTotp } from "@/lib/auth/factors/totp";
import { forgiveTries, takeTry } from "@/lib/auth/limits";
import type { SecondFactor } from "@/lib/core/policy";
import { PROOF_TRIES } from "@/lib/core/proof-limits";
import { noteShown, setAttemptChallenge, type AttemptRow } from "@/lib/db/attempts";
import type { Tx } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";
import { noteWrongFactor } from "./code-step";
import { peekAttempt, tryOf, type NextStep } from "./steps";

const WORDS: Record<SecondFactor, string> = { totp: "authenticator app", recovery: "recovery code", passkey: "passkey" };

/** Whether a second factor is what comes next: the password is shown, or (for a new one) the mailed code, and no factor yet. */
const awaitsFactor = (attempt: AttemptRow): boolean =>
  attempt.userId !== null && attempt.purpose !== "register" && attempt.shown.includes(attempt.purpose === "sign_in" ? "password" : "code") && !attempt.shown.some((factor) => Object.hasOwn(WORDS, factor));

/** Started for a passkey alone, which says whose it is. */
const awaitsAnyPasskey = (attempt: AttemptRow): boolean => attempt.purpose === "sign_in" && attempt.userId === null && attempt.webauthnChallenge !== null;

type Verdict = { ok: true; userId: string } | { ok: false; hint: string | null };

async function showFactor(
  ports: Ports,
  request: SignInRequest,
  factor: SecondFactor,
  verify: (tx: Tx, attempt: AttemptRow) => Promise<Verdict>,
  awaited: (attempt: AttemptRow) => boolean = awaitsFactor,
): Promise<NextStep> {
  const peeked = await peekAttempt(ports, request, ["sign_in", "reset"]);
  if (!awaited(peeked)) throw attemptOver();
  const attempt = await tryOf(ports, request, peeked.userId === null ? "passkey" : "factor", peeked.email);
  await takeTry(ports, attempt);
  const result = await ports.db.transaction(async (tx): Promise<NextStep | WrongTry> => {
    const locked = await requireAttempt(ports, tx, request, ["sign_in", "reset"]);
    if (!awaited(locked)) throw attemptOver();
    const verdict = await verify(tx, locked);
    if (!verdict.ok) {
      const wrong = await wrongTry(tx, locked, verdict.hint);
      await noteWrongFactor(ports, tx, request, locked, WORDS[factor]);
      return wrong;
    }
    await noteShown(tx, locked.id, factor, PROOF_TRIES);
    return locked.purpose === "reset" ? { next: "password" } : finishWithTicket(ports, tx, locked, verdict.userId);
  });
  if ("wrong" in result) throw result.wrong;
  await forgiveTries(ports, attempt);
  return result;
}

/** @throws attempt_over, too_many_tries, code_wrong */
export const showTotp = (ports: Ports, request: SignInRequest, input: { code: string }): Promise<NextStep> =>
  showFactor(ports, request, "totp", async (tx, { userId }) => {
    if (userId === null) throw attemptOver();
    const verdict = await verifyTotp(ports, tx, userId, input.code);
    return verdict.ok ? { ok: true, userId } : verdict;
  });

/** @throws attempt_over, too_many_tries, code_wrong */
export const showRecoveryCode = (ports: Ports, request: SignInRequest, input: { code: string }): Promise<NextStep> =>
  showFactor(ports, request, "recovery", async (tx, { userId }) => {
    if (userId === null) throw attemptOver();
    const { ok } = await spendRecoveryCode(ports, tx, userId, input.code, request.source);
    return ok ? { ok: true, userId } : { ok: false, hint: "That recovery code is not right, or was used before." };
  });

/** A passkey: as the second factor of the attempt under way, or by itself, where it says whose it is. */
export interface PasskeyUse {
  secondFactor: boolean;
}

/** @throws attempt_over, too_many_tries, code_wrong */
export function showPasskey(ports: Ports, request: SignInRequest, input: PasskeyUse & { response: unknown }): Promise<NextStep> {
  const verify = async (tx: Tx, { id, userId, webauthnChallenge }: AttemptRow): Promise<Verdict> => {
    if (webauthnChallenge === null) throw attemptOver();
    await setAttemptChallenge(tx, id, null);
    const verdict = await verifyPasskey(ports, tx, { challenge: webauthnChallenge, response: input.response, userId });
    return verdict.ok ? verdict : { ok: false, hint: "That passkey could not be used." };
  };
  if (input.secondFactor) return showFactor(ports, request, "passkey", verify);
  return showFactor(ports, { ...request, attemptToken: request.passkeyToken }, "passkey", verify, awaitsAnyPasskey);
}

/**
 * What the browser's passkey dialog needs: as a second factor, for that person's passkeys; by itself for anybody's, in an attempt of its
 * own, which leaves what another tab is at alone.
 *
 * @returns passkeyToken: for the browser's cookie; null as a second factor
 * @throws attempt_over, too_many_tries
 */
export async function passkeyOptions(ports: Ports, request: SignInRequest, { secondFactor }: PasskeyUse): Promise<{ options: unknown; passkeyToken: string | null }> {
  await takeTry(ports, await tryOf(ports, request, "passkey", null));
  return ports.db.transaction(async (tx) => {
    if (secondFactor) {
      const attempt = await requireAttempt(ports, tx, request, ["sign_in", "reset"]);
      if (!awaitsFactor(attempt)) throw attemptOver();
      const { options, challenge } = await passkeyRequestOptions(ports, { userId: attempt.userId }, tx);
      await setAttemptChallenge(tx, attempt.id, challenge);
      return { options, passkeyToken: null };
    }
    const { options, challenge } = await passkeyRequestOptions(ports, { userId: null }, tx);
    const { token } = await startAttempt(ports, tx, request, { purpose: "sign_in", email: null, userId: null, shown: [], sends: 0, webauthnChallenge: challenge });
    return { options, passkeyToken: token };
  });
}
