/** Asking for a proof: the challenge, its mail, and what a passkey signs for it. Spending it is lib/auth/step-up.ts. */
import { createHash } from "node:crypto";
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import { canonicalJson, type JsonObject } from "@/lib/core/canonical-json";
import { maskEmailAddress, parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { factorsFor, type StepUpAction, type StepUpFactor } from "@/lib/core/policy";
import { PROOF_LIFETIME_SECONDS, PROOF_LIFETIME_WORDS, RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { CODE_DIGITS, codeDigitsFor, deriveCode, deriveLongCode, type CodeDigits } from "@/lib/core/step-up-code";
import {
  claimResend,
  countChallengesSince,
  countWrongTries,
  findChallenge,
  insertChallenge,
  keepWebauthnChallenge,
  type Binding,
  type ChallengeRow,
  type ChallengeText,
} from "@/lib/db/challenges";
import type { Tx } from "@/lib/db/client";
import { countMeans } from "@/lib/db/factors";
import { queueMail } from "@/lib/db/outbox";
import type { Ports } from "@/lib/ports";
import type { Actor, UnprovedActor } from "./actor";
import { passkeyRequestOptions } from "./factors/passkeys";

export const CHALLENGE_LIFETIME_MS = PROOF_LIFETIME_SECONDS * 1000;
const MAX_SENDS = 4;
const HOUR_MS = 3_600_000;
/** Against mail flooding. */
const MAX_CHALLENGES_PER_HOUR = 30;
/** What a stolen session has for guessing, on top of the tries of each challenge. Its owner's other sessions go on beside it. */
const MAX_WRONG_PER_SESSION_AND_HOUR = 20;
const MAX_WRONG_PER_ACCOUNT_AND_DAY = 60;

/** One act, in full: a proof for it is no proof for another. */
export interface Act<A extends StepUpAction = StepUpAction> {
  action: A;
  /** UUID of what it is done to. */
  objectId: string;
  parameters: JsonObject;
}

const hashOf = (parameters: JsonObject): Uint8Array<ArrayBuffer> => new Uint8Array(createHash("sha256").update(canonicalJson(parameters)).digest());

export const bindingOf = (actor: Actor | UnprovedActor, act: Act): Binding => ({
  userId: actor.userId,
  sessionId: actor.sessionId,
  action: act.action,
  objectId: act.objectId,
  parametersHash: hashOf(act.parameters),
});

/** The code of a challenge: derived, never stored. @param digits see codeDigitsFor */
export function codeFor(ports: Pick<Ports, "config">, challengeId: string, digits: CodeDigits = CODE_DIGITS): string {
  const key = ports.config.deriveKey("step-up code");
  return digits === CODE_DIGITS ? deriveCode(key, challengeId, 0) : deriveLongCode(key, challengeId, "address");
}

/** The factors that this person can prove an act with now, strongest first. */
export const factorsOfAct = async (ports: Pick<Ports, "config">, tx: Tx, userId: string, action: StepUpAction): Promise<StepUpFactor[]> =>
  factorsFor(action, await countMeans(tx, userId, freshIssuers(ports)));

/** Providers that say when they asked for a password, as their identities are stored. */
const freshIssuers = ({ config }: Pick<Ports, "config">): string[] => config.providers.filter(({ freshSignIn }) => freshSignIn).map(({ issuer }) => issuer);

export interface IssuedChallenge {
  challengeId: string;
  expiresAt: Date;
  /** Strongest first. Only if the first is "mail" was a code mailed at once. */
  factors: StepUpFactor[];
  /** Masked; null: not mailed. */
  sentTo: string | null;
  text: ChallengeText;
}

/**
 * Asks for a proof: writes the challenge, and queues its mail in the same transaction when the person has nothing stronger.
 *
 * @throws step_up_too_many
 */
export async function requestProof(ports: Ports, tx: Tx, actor: Actor | UnprovedActor, act: Act, recipient: string, text: ChallengeText): Promise<IssuedChallenge> {
  const now = ports.clock.now();
  const recent = await countChallengesSince(tx, actor.userId, new Date(now.getTime() - HOUR_MS));
  if (recent >= MAX_CHALLENGES_PER_HOUR) {
    throw new PortcullisError("step_up_too_many", "You asked for many codes in the last hour. Wait a while, then try again.", { retryAfterSeconds: 600 });
  }
  await requireTries(tx, actor, now);
  const factors = await factorsOfAct(ports, tx, actor.userId, act.action);
  const mailed = factors[0] === "mail";
  const challengeId = ports.newId();
  const expiresAt = new Date(now.getTime() + CHALLENGE_LIFETIME_MS);
  await insertChallenge(tx, { id: challengeId, ...bindingOf(actor, act), action: act.action, recipient, text, mailed, now, expiresAt });
  if (mailed) await queueCode(ports, tx, { id: challengeId, action: act.action, expiresAt, recipient, text }, actor, now);
  return { challengeId, expiresAt, factors, sentTo: mailed ? mask(recipient) : null, text };
}

const mask = (recipient: string): string => maskEmailAddress(parseEmailAddress(recipient));

/** @throws step_up_too_many when too many answers were wrong lately */
export async function requireTries(tx: Tx, actor: Actor | UnprovedActor, now: Date): Promise<void> {
  const wrong = await countWrongTries(tx, actor, new Date(now.getTime() - HOUR_MS), new Date(now.getTime() - 24 * HOUR_MS));
  if (wrong.session < MAX_WRONG_PER_SESSION_AND_HOUR && wrong.account < MAX_WRONG_PER_ACCOUNT_AND_DAY) return;
  throw new PortcullisError("step_up_too_many", "Too many wrong codes lately. Wait an hour, then try again.", { retryAfterSeconds: 3600 });
}

async function queueCode(
  ports: Ports,
  tx: Tx,
  challenge: Pick<ChallengeRow, "id" | "action" | "expiresAt" | "recipient" | "text">,
  actor: Actor | UnprovedActor,
  now: Date,
): Promise<void> {
  await queueMail(tx, {
    id: ports.newId(),
    recipient: challenge.recipient,
    now,
    staleAt: challenge.expiresAt,
    content: {
      template: "step-up-code",
      challengeId: challenge.id,
      digits: codeDigitsFor(challenge.action),
      act: challenge.text.act,
      details: challenge.text.details,
      browser: actor.source.browser,
      sourceAddress: actor.source.address ?? "unknown",
      expiresAt: challenge.expiresAt.toISOString(),
    },
  });
}

/**
 * Mails a challenge's code, for the first time or again.
 *
 * @returns the address it goes to, masked
 * @throws step_up_too_soon, step_up_too_many, step_up_expired, step_up_spent, step_up_factor_refused when a mailed code doesn't prove this act
 */
export async function mailProof(ports: Ports, tx: Tx, actor: Actor | UnprovedActor, challenge: ChallengeRow): Promise<string> {
  const now = ports.clock.now();
  if (!(await factorsOfAct(ports, tx, actor.userId, challenge.action)).includes("mail")) throw factorRefused();
  const notSince = new Date(now.getTime() - RESEND_AFTER_SECONDS * 1000);
  if (!(await claimResend(tx, challenge.id, now, notSince, MAX_SENDS))) {
    refuseIfOver(challenge, now);
    if (challenge.sends >= MAX_SENDS) throw new PortcullisError("step_up_too_many", "This code was sent several times already. Look in your spam folder, or start again.");
    const wait = Math.max(1, Math.ceil(((challenge.lastSentAt?.getTime() ?? 0) - notSince.getTime()) / 1000));
    throw new PortcullisError("step_up_too_soon", `The code was just sent. You can ask for it again in ${wait} s.`, { retryAfterSeconds: wait });
  }
  await queueCode(ports, tx, challenge, actor, now);
  return mask(challenge.recipient);
}

/** Options for the browser, to prove this challenge's act with a passkey. @throws step_up_spent, step_up_expired, step_up_factor_refused without passkeys */
export async function passkeyOptionsFor(ports: Ports, tx: Tx, actor: Actor, challenge: ChallengeRow): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const now = ports.clock.now();
  refuseIfOver(challenge, now);
  if (!(await factorsOfAct(ports, tx, actor.userId, challenge.action)).includes("passkey")) throw factorRefused();
  const { options, challenge: toSign } = await passkeyRequestOptions(ports, { userId: actor.userId }, tx);
  if (!(await keepWebauthnChallenge(tx, challenge.id, toSign, now))) throw mismatch();
  return options;
}

/** The actor's own challenge, of this session. @throws step_up_mismatch for any other, known or not */
export async function ownChallenge(tx: Tx, actor: Actor | UnprovedActor, challengeId: string): Promise<ChallengeRow> {
  const challenge = await findChallenge(tx, challengeId);
  if (!challenge || challenge.userId !== actor.userId || challenge.sessionId !== actor.sessionId) throw mismatch();
  return challenge;
}

export const mismatch = (): PortcullisError => new PortcullisError("step_up_mismatch", "This code was made for something else. Start again to get a new one.");

export const factorRefused = (): PortcullisError =>
  new PortcullisError("step_up_factor_refused", "This can't be approved that way. Use one of the ways that are offered: who has a second factor changes their sign-in with it.", { field: "factor" });

/** @throws step_up_spent, step_up_expired */
export function refuseIfOver(challenge: ChallengeRow, now: Date): void {
  if (challenge.usedAt) throw new PortcullisError("step_up_spent", "This code was used already. Start again to get a new one.");
  if (challenge.triesLeft === 0) throw new PortcullisError("step_up_spent", "Too many wrong codes. Start again to get a new one.", { triesLeft: 0 });
  if (challenge.expiresAt <= now) throw new PortcullisError("step_up_expired", `This code has expired: codes are good for ${PROOF_LIFETIME_WORDS}. Start again to get a new one.`);
}
