/**
 * Proving who one is for one act, as one state and the events that move it. Pure: requests, passkeys and time live in
 * use-proof.ts.
 */
import { PROOF_LIFETIME_WORDS } from "@/lib/core/proof-limits";
import type { StepUpView } from "@/lib/usecases/views";
import type { ApiError } from "./api-error";
import { CODE_LENGTH, isWay, type Proof, type Way } from "./step-up";

export interface Problem {
  code: ApiError["code"];
  message: string;
  retryAfterSeconds?: number;
}

/** What the portal answers when it is asked for a proof. */
export type Asked = Pick<StepUpView, "challengeId" | "expiresAt" | "triesLeft" | "factors" | "sentTo" | "resendAfterSeconds" | "act" | "details"> & { /** Of a mailed code; six when left out. */ digits?: number };

export interface Proving {
  challengeId: string;
  act: string;
  details: Asked["details"];
  /** Strongest first. */
  ways: Way[];
  /** The one that is shown. */
  way: Way;
  /** The others are listed. */
  choosing: boolean;
  code: string;
  /**
   * typing: the person's turn · asking: the browser asks for the passkey · sending: the act is under way · unreachable: no
   * answer, the same request can go again · dead: this challenge is of no more use
   */
  phase: "typing" | "asking" | "sending" | "unreachable" | "dead";
  /** What was sent last; sent again as it is when no answer came. */
  proof: Proof | null;
  /** Somewhere on the way an answer was lost: the act may have been done. */
  maybeDone: boolean;
  triesLeft: number;
  /** Beside the field, or under the passkey's button. */
  error: string | null;
  problem: Problem | null;
  expiresAt: number;
  /** null: no code was mailed for this act so far. */
  sentTo: string | null;
  /** Of a mailed code. */
  digits: number;
  resendAt: number;
  mailing: boolean;
  resent: boolean;
}

export type ProvingEvent =
  | { type: "way_chosen"; way: Way }
  | { type: "ways_shown"; shown: boolean }
  | { type: "code_typed"; code: string }
  | { type: "passkey_asked" }
  | { type: "passkey_failed"; message: string }
  | { type: "proof_sent"; proof: Proof }
  | { type: "proof_refused"; error: ApiError }
  | { type: "mail_requested" }
  | { type: "mail_refused"; error: ApiError; now: number }
  | { type: "mailed"; sentTo: string; expiresAt: string; resendAfterSeconds: number; now: number }
  | { type: "time_ran_out" };

/** @param now milliseconds since 1970, by this browser's clock */
export function beginProving(asked: Asked, now: number): Proving {
  const ways = asked.factors.filter(isWay);
  return {
    challengeId: asked.challengeId,
    act: asked.act,
    details: asked.details,
    ways,
    way: ways[0] ?? "mail",
    choosing: false,
    code: "",
    phase: "typing",
    proof: null,
    maybeDone: false,
    triesLeft: asked.triesLeft,
    error: null,
    problem: null,
    expiresAt: Date.parse(asked.expiresAt),
    sentTo: asked.sentTo,
    digits: asked.digits ?? CODE_LENGTH,
    resendAt: asked.sentTo === null ? now : now + asked.resendAfterSeconds * 1000,
    mailing: false,
    resent: false,
  };
}

export function proving(state: Proving, event: ProvingEvent): Proving {
  switch (event.type) {
    case "way_chosen":
      return state.phase === "typing" || state.phase === "asking" ? { ...state, way: event.way, choosing: false, phase: "typing", code: "", error: null, problem: null } : state;
    case "ways_shown":
      return { ...state, choosing: event.shown };
    case "code_typed":
      return state.phase === "typing" ? { ...state, code: event.code, error: null } : state;
    case "passkey_asked":
      return state.phase === "typing" ? { ...state, phase: "asking", error: null, problem: null } : state;
    case "passkey_failed":
      return state.phase === "asking" ? { ...state, phase: "typing", error: event.message } : state;
    case "proof_sent":
      return state.phase === "dead" || state.phase === "sending" ? state : { ...state, phase: "sending", proof: event.proof, error: null, problem: null };
    case "proof_refused":
      return refused(state, event.error);
    case "mail_requested":
      return { ...state, mailing: true, resent: false, problem: null };
    case "mail_refused":
      return refusedMail({ ...state, mailing: false }, event);
    case "mailed":
      return mailed(state, event);
    case "time_ran_out":
      // A request under way may still be accepted: it was sent in time.
      return state.phase === "typing" || state.phase === "asking" ? dead(state, { code: "step_up_expired", message: `This has run out: a proof is good for ${PROOF_LIFETIME_WORDS}.` }) : state;
  }
}

function refused(state: Proving, error: ApiError): Proving {
  switch (error.code) {
    case "step_up_wrong_code": {
      const triesLeft = error.facts.triesLeft ?? Math.max(0, state.triesLeft - 1);
      if (triesLeft === 0) return dead({ ...state, triesLeft }, problemOf(error));
      return { ...state, phase: "typing", code: "", proof: null, triesLeft, error: error.message };
    }
    case "step_up_spent":
    case "step_up_expired":
    case "step_up_mismatch":
    case "step_up_too_many":
      return dead(state, problemOf(error));
    default:
      return error.undecided
        ? { ...state, phase: "unreachable", maybeDone: true, problem: problemOf(error) }
        : { ...state, phase: "typing", code: "", proof: null, problem: problemOf(error) };
  }
}

function mailed(state: Proving, event: Extract<ProvingEvent, { type: "mailed" }>): Proving {
  return {
    ...state,
    phase: state.phase === "sending" ? "sending" : "typing",
    code: "",
    error: null,
    problem: null,
    mailing: false,
    resent: state.sentTo !== null,
    sentTo: event.sentTo,
    expiresAt: Date.parse(event.expiresAt),
    resendAt: event.now + event.resendAfterSeconds * 1000,
  };
}

function refusedMail(state: Proving, { error, now }: Extract<ProvingEvent, { type: "mail_refused" }>): Proving {
  if (error.code === "step_up_too_soon") return { ...state, resendAt: now + (error.facts.retryAfterSeconds ?? 30) * 1000 };
  if (error.code === "step_up_spent" || error.code === "step_up_expired" || error.code === "step_up_mismatch" || error.code === "not_found") return dead(state, problemOf(error));
  return { ...state, problem: problemOf(error) };
}

const dead = (state: Proving, problem: Problem): Proving => ({ ...state, phase: "dead", code: "", choosing: false, error: null, problem });

export const problemOf = (error: ApiError): Problem => ({ code: error.code, message: error.message, retryAfterSeconds: error.facts.retryAfterSeconds });

/** The portal is at it, or may be: leaving now would leave it open what was done. */
export const isUnderWay = (state: Proving | null): boolean => state?.phase === "sending" || state?.phase === "unreachable";
