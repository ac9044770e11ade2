/**
 * Step-up: proof of identity asked again for one act. A proof is good for this user, session, action, object and parameters, once, for
 * ten minutes, at most five tries (product rule 3; ASVS 5.0 V6.5).
 *
 * What widens access runs in `wideningTransaction`, whose work gets a `VerifiedProof`; the functions in lib/db that widen ask for one,
 * and only this file can make it. So the guard can't be forgotten: without it the code doesn't compile.
 */
import { isSecondFactor, type StepUpAction, type StepUpFactor } from "@/lib/core/policy";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { codeDigitsFor, codesEqual, parseCode } from "@/lib/core/step-up-code";
import { findLiveSession } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { keepContinuation, lockOpenChallenge, markSpent, takeContinuation, takeTry, type OpenChallenge } from "@/lib/db/challenges";
import type { Tx } from "@/lib/db/client";
import { lockUser, markTwoFactor } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { auditActor, type Actor, type UnprovedActor } from "./actor";
import { verifyPasskey } from "./factors/passkeys";
import { spendRecoveryCode } from "./factors/recovery-codes";
import { verifyTotp } from "./factors/totp";
import { bindingOf, CHALLENGE_LIFETIME_MS, codeFor, factorRefused, factorsOfAct, mismatch, ownChallenge, refuseIfOver, requireTries, type Act } from "./step-up-challenge";

export { CHALLENGE_LIFETIME_MS, codeFor, requestProof, type Act, type IssuedChallenge } from "./step-up-challenge";

/** A proof by a code that a person types: mailed, from an authenticator app, or a recovery code. */
export interface CodeProof {
  challengeId: string;
  /** Left out: "mail". */
  factor?: "mail" | "totp" | "recovery" | undefined;
  code: string;
}

export interface PasskeyProof {
  challengeId: string;
  factor: "passkey";
  /** What the browser answered to the options of this challenge. */
  response?: unknown;
}

/** A fresh sign-in at the provider that came back for this challenge (lib/auth/fresh-sign-in): nothing is typed. */
export interface ProviderProof {
  challengeId: string;
  factor: "provider";
}

/** What a person hands in: which challenge, and what proves that it's them. */
export type PresentedProof = CodeProof | PasskeyProof | ProviderProof;

/** A code that must be right besides the proof: one mailed to a new address, say. Both are spent, or neither. */
export interface SecondProof {
  presented: { challengeId: string; code: string };
  act: Act;
}

const verified: unique symbol = Symbol("verified proof");

/** A proof that was checked and spent in the transaction it is used in. */
export interface VerifiedProof<A extends StepUpAction> {
  readonly [verified]: A;
  readonly challengeId: string;
}

/** The same, with what it was proved by. */
export interface SpentProof<A extends StepUpAction> extends VerifiedProof<A> {
  readonly factor: StepUpFactor;
}

/** How a factor is called in the audit log. */
export const FACTOR_WORDS: Record<StepUpFactor, string> = { mail: "mailed code", totp: "authenticator app", recovery: "recovery code", passkey: "passkey", provider: "fresh sign-in at the provider" };

/**
 * Spends a proof and does what it is for, in one transaction: a proof is never spent on an act that failed, and an act never done
 * without one. A wrong answer of any factor takes a try, also when the same request would have failed for another reason.
 *
 * @param prepare finds, in the same transaction, the act that is being done, and `also` a second one whose mailed code must be right as
 *   well; throws when the actor may not do it at all
 * @throws step_up_wrong_code (with triesLeft), step_up_spent, step_up_expired, step_up_mismatch, step_up_factor_refused, step_up_too_many;
 *   not_signed_in when the session ended while the request was under way
 */
export async function wideningTransaction<A extends StepUpAction, P, T>(
  ports: Ports,
  actor: Actor | UnprovedActor,
  presented: PresentedProof,
  prepare: (tx: Tx) => Promise<P & { act: Act<A>; also?: SecondProof }>,
  work: (tx: Tx, proof: SpentProof<A>, prepared: P) => Promise<T>,
): Promise<T> {
  if (!isId(presented.challengeId)) throw mismatch();
  const result = await ports.db.transaction(async (tx) => {
    const prepared = await prepare(tx);
    const spent = await spend(ports, tx, actor, presented, prepared.act, prepared.also ?? null);
    // Returned, not thrown: the try that it took must be committed.
    if (spent.kind === "wrong") return spent;
    return { kind: "done" as const, value: await work(tx, spent.proof, prepared) };
  });
  if (result.kind === "done") return result.value;
  throw new PortcullisError("step_up_wrong_code", wrongText(result.factor, result.hint, result.triesLeft), { triesLeft: result.triesLeft, field: result.field });
}

/** field: "secondCode" when it was the second proof's. */
interface Wrong {
  kind: "wrong";
  field: "code" | "secondCode";
  factor: StepUpFactor;
  hint: string | null;
  triesLeft: number;
}

type Spent<A extends StepUpAction> = { kind: "spent"; proof: SpentProof<A> } | Wrong;

async function spend<A extends StepUpAction>(ports: Ports, tx: Tx, actor: Actor | UnprovedActor, presented: PresentedProof, act: Act<A>, also: SecondProof | null): Promise<Spent<A>> {
  const now = ports.clock.now();
  const factor = presented.factor ?? "mail";
  // First this lock: of many requests with one proof, all but one end here without standing in line for the next.
  const challenge = await lockOpenChallenge(tx, presented.challengeId, bindingOf(actor, act), now);
  if (!challenge) throw await refusal(tx, actor, presented.challengeId, now);
  // Which factors count is decided now, and can't change before this ends.
  await lockUser(tx, actor.userId);
  if (!(await findLiveSession(tx, actor.sessionId, now))) throw sessionOver();
  await requireTries(tx, actor, now);
  if (!(await factorsOfAct(ports, tx, actor.userId, act.action)).includes(factor)) throw factorRefused();
  // First the second: a mailed code is looked at without using anything up.
  const second = also && (await lockSecond(tx, actor, also, now));
  if (also && second && !isMailedCode(ports, second, also.act.action, also.presented.code)) return wrong(ports, tx, actor, second.id, also.act.action, { field: "secondCode", factor: "mail", hint: null });
  const verdict = await check(ports, tx, actor, challenge, act.action, presented);
  if (verdict.ok) {
    await markSpent(tx, challenge.id, now);
    if (second) await markSpent(tx, second.id, now);
    // Whatever the session began with, a second factor was shown in it now.
    if (isSecondFactor(factor)) await markTwoFactor(tx, actor.sessionId);
    return { kind: "spent", proof: { [verified]: act.action, challengeId: challenge.id, factor } };
  }
  return wrong(ports, tx, actor, challenge.id, act.action, { field: "code", factor, hint: verdict.hint });
}

/** @throws step_up_mismatch and the other refusals, about the second challenge */
async function lockSecond(tx: Tx, actor: Actor | UnprovedActor, { presented, act }: SecondProof, now: Date): Promise<OpenChallenge> {
  if (!isId(presented.challengeId)) throw mismatch();
  const challenge = await lockOpenChallenge(tx, presented.challengeId, bindingOf(actor, act), now);
  if (!challenge) throw await refusal(tx, actor, presented.challengeId, now);
  return challenge;
}

/** Takes a try, and notes it. */
async function wrong(ports: Ports, tx: Tx, actor: Actor | UnprovedActor, challengeId: string, action: StepUpAction, what: Pick<Wrong, "field" | "factor" | "hint">): Promise<Wrong> {
  const triesLeft = await takeTry(tx, challengeId);
  await appendAudit(tx, [
    {
      chain: actor.userId,
      at: ports.clock.now(),
      action: "step_up.wrong_code",
      actor: auditActor(actor),
      subject: null,
      sourceAddress: actor.source.address,
      data: { for: action, triesLeft, ...(what.factor === "mail" ? {} : { factor: FACTOR_WORDS[what.factor] }) },
    },
  ]);
  return { kind: "wrong", triesLeft, ...what };
}

type Verdict = { ok: true } | { ok: false; hint: string | null };
const WRONG: Verdict = { ok: false, hint: null };

async function check(ports: Ports, tx: Tx, actor: Actor | UnprovedActor, challenge: OpenChallenge, action: StepUpAction, presented: PresentedProof): Promise<Verdict> {
  switch (presented.factor) {
    case "passkey": {
      if (challenge.webauthnChallenge === null) return WRONG;
      const answer = { challenge: challenge.webauthnChallenge, response: presented.response, userId: actor.userId };
      return (await verifyPasskey(ports, tx, answer)).ok ? { ok: true } : WRONG;
    }
    case "provider":
      return challenge.fresh ? { ok: true } : WRONG;
    case "totp":
      return verifyTotp(ports, tx, actor.userId, presented.code);
    case "recovery":
      return (await spendRecoveryCode(ports, tx, actor.userId, presented.code, actor.source)).ok ? { ok: true } : WRONG;
    case "mail":
    case undefined:
      return isMailedCode(ports, challenge, action, presented.code) ? { ok: true } : WRONG;
  }
}

/** A code that was never mailed is nobody's to know. */
function isMailedCode(ports: Ports, challenge: OpenChallenge, action: StepUpAction, typed: string): boolean {
  const digits = codeDigitsFor(action);
  const code = parseCode(typed, digits);
  return challenge.mailed && code !== null && codesEqual(code, codeFor(ports, challenge.id, digits));
}

/** For an act in two steps: keeps, with the spent proof, what its second step must bring. */
export const toBeContinued = (tx: Tx, proof: VerifiedProof<StepUpAction>, continuation: Uint8Array<ArrayBuffer>): Promise<void> => keepContinuation(tx, proof.challengeId, continuation);

/**
 * The second step: the same person, session and act, with what the first step kept, within ten minutes, once.
 *
 * @throws step_up_mismatch
 */
export async function continueProof<A extends StepUpAction>(ports: Ports, tx: Tx, actor: Actor, act: Act<A>, continuation: Uint8Array<ArrayBuffer>): Promise<VerifiedProof<A>> {
  const now = ports.clock.now();
  const challengeId = await takeContinuation(tx, bindingOf(actor, act), continuation, new Date(now.getTime() - CHALLENGE_LIFETIME_MS), now);
  if (challengeId === null) throw new PortcullisError("step_up_mismatch", "This was begun in another session, or too long ago. Start again.");
  return { [verified]: act.action, challengeId };
}

function wrongText(factor: StepUpFactor, hint: string | null, triesLeft: number): string {
  const what = factor === "passkey" ? "That passkey was not accepted" : factor === "provider" ? "Your provider has not said yet that it's you" : "That code is not right";
  if (triesLeft === 0) return `${what}, and it was the last try. Start again${factor === "mail" ? " to get a new one" : ""}.`;
  return `${what}. ${hint === null ? "" : `${hint} `}${triesLeft} ${triesLeft === 1 ? "try" : "tries"} left.`;
}

const sessionOver = (): PortcullisError => new PortcullisError("not_signed_in", "Your session has ended. Sign in and try again.");

async function refusal(tx: Tx, actor: Actor | UnprovedActor, challengeId: string, now: Date): Promise<PortcullisError> {
  if (!(await findLiveSession(tx, actor.sessionId, now))) return sessionOver();
  refuseIfOver(await ownChallenge(tx, actor, challengeId), now);
  if (!(await findLiveSession(tx, actor.sessionId, now))) return sessionOver();
  return mismatch();
}
