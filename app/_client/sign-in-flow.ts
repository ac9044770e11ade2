/**
 * Signing in, registering and choosing a new password, as one state and the events that move it. Pure: requests, passwords and time
 * live outside; nothing here ever holds a password or a ticket.
 */
import type { SecondFactor } from "@/lib/core/policy";
import { PROOF_LIFETIME_SECONDS, PROOF_LIFETIME_WORDS } from "@/lib/core/proof-limits";
import type { NextStep } from "@/lib/usecases/sign-in/steps";
import type { ApiError } from "./api-error";

export type Purpose = "sign_in" | "register" | "reset";

export type Step =
  /** An address; to sign in, with its password, or another way. */
  | { name: "start" }
  /** canResend: the portal mails it again. Instants are milliseconds since 1970. */
  | { name: "code"; sentTo: string; codeLength: number; expiresAt: number; resendAt: number; canResend: boolean; resent: boolean }
  /** factors: strongest first. */
  | { name: "factor"; factors: SecondFactor[]; chosen: SecondFactor }
  /** A new password. */
  | { name: "password" }
  /** All was shown: the session is being opened. */
  | { name: "entering" };

export interface Problem {
  code: ApiError["code"] | "passkey";
  message: string;
}

export interface FieldError {
  field: "email" | "password" | "code";
  message: string;
}

export interface SignInFlow {
  purpose: Purpose;
  step: Step;
  /** What was typed at the start; kept, so that starting again is short. */
  email: string;
  /** The code that is being typed. */
  code: string;
  pending: "step" | "passkey" | "resend" | null;
  fieldError: FieldError | null;
  problem: Problem | null;
  /** No try is taken before this instant, in milliseconds since 1970. 0: tries are free. */
  waitUntil: number;
  /** Whether it has been past the start: what is asked for first then takes the keyboard. */
  moved: boolean;
}

export type SignInEvent =
  | { type: "email_typed"; email: string }
  | { type: "code_typed"; code: string }
  /** What was said about it is no longer about what is there. */
  | { type: "password_changed" }
  | { type: "asked"; what: "step" | "passkey" | "resend" }
  /** passkeys: whether this browser can work with them. */
  | { type: "answered"; answer: NextStep; now: number; passkeys: boolean }
  | { type: "refused"; error: ApiError; now: number }
  | { type: "no_passkey"; message: string }
  | { type: "entry_refused"; reason: string }
  | { type: "chose"; factor: SecondFactor }
  | { type: "time_ran_out" }
  | { type: "started_again" }
  | { type: "restored"; kept: Kept };

/** What outlives a reload, for this purpose and this tab. */
export interface Kept {
  purpose: Purpose;
  email: string;
  step: Exclude<Step, { name: "start" } | { name: "entering" }>;
  /** Milliseconds since 1970. */
  until: number;
}

/** How long the portal goes on with what was begun, in milliseconds. */
const ATTEMPT_LIFETIME_MS = PROOF_LIFETIME_SECONDS * 1000;

export const startOf = (purpose: Purpose): SignInFlow => ({
  purpose,
  step: { name: "start" },
  email: "",
  code: "",
  pending: null,
  fieldError: null,
  problem: null,
  waitUntil: 0,
  moved: false,
});

export function signInFlow(state: SignInFlow, event: SignInEvent): SignInFlow {
  switch (event.type) {
    case "email_typed":
      return { ...state, email: event.email, fieldError: state.fieldError?.field === "email" ? null : state.fieldError };
    case "code_typed":
      return state.pending === "step" ? state : { ...state, code: event.code, fieldError: null };
    case "password_changed":
      return state.fieldError?.field === "password" ? { ...state, fieldError: null } : state;
    case "asked":
      return { ...state, pending: event.what, fieldError: null, problem: null };
    case "answered":
      return answered({ ...state, pending: null, fieldError: null, problem: null, waitUntil: 0 }, event);
    case "refused":
      return state.pending === "resend" ? refusedResend({ ...state, pending: null }, event) : refused({ ...state, pending: null }, event);
    case "no_passkey":
      // Called off by choosing another way.
      if (state.pending !== "passkey") return state;
      return { ...state, pending: null, problem: { code: "passkey", message: event.message } };
    case "entry_refused":
      return again(state, entryProblem(event.reason));
    case "chose":
      return state.step.name === "factor" ? { ...state, step: { ...state.step, chosen: event.factor }, code: "", pending: null, fieldError: null, problem: null } : state;
    case "time_ran_out":
      // A request under way may still be accepted: it was sent in time.
      return state.step.name === "code" && state.pending === null ? again(state, TIME_RAN_OUT) : state;
    case "started_again":
      return { ...again(state, null), waitUntil: state.waitUntil };
    case "restored":
      return { ...startOf(state.purpose), email: event.kept.email, step: event.kept.step, moved: true };
  }
}

const TIME_RAN_OUT: Problem = { code: "attempt_over", message: `The code has run out: codes are good for ${PROOF_LIFETIME_WORDS}. Start again, and a new one is mailed.` };

const ENTRY_PROBLEMS: Record<string, Problem> = {
  TicketInvalid: { code: "ticket_invalid", message: "Signing in took too long. Please start again." },
  Deactivated: { code: "account_deactivated", message: "This account was deactivated. Ask the operator of this portal." },
  network: { code: "network", message: "The portal can’t be reached. Check your connection, then start again." },
};

function entryProblem(reason: string): Problem {
  const known = Object.hasOwn(ENTRY_PROBLEMS, reason) ? ENTRY_PROBLEMS[reason] : undefined;
  return known ?? { code: "internal", message: "You couldn’t be signed in. Please start again." };
}

const again = (state: SignInFlow, problem: Problem | null): SignInFlow => ({ ...startOf(state.purpose), email: state.email, moved: true, problem });

function answered(state: SignInFlow, { answer, now, passkeys }: Extract<SignInEvent, { type: "answered" }>): SignInFlow {
  const to = (step: Step): SignInFlow => ({ ...state, step, code: "", moved: true });
  if ("ticket" in answer) return to({ name: "entering" });
  switch (answer.next) {
    case "code": {
      const resent = state.step.name === "code";
      return to({ name: "code", sentTo: answer.sentTo, codeLength: answer.codeLength, expiresAt: Date.parse(answer.expiresAt), resendAt: now + answer.resendAfterSeconds * 1000, canResend: true, resent });
    }
    case "factor": {
      const chosen = answer.factors.find((factor) => passkeys || factor !== "passkey") ?? answer.factors[0] ?? "recovery";
      return to({ name: "factor", factors: answer.factors, chosen });
    }
    case "password":
      return to({ name: "password" });
  }
}

function refused(state: SignInFlow, { error, now }: Extract<SignInEvent, { type: "refused" }>): SignInFlow {
  const problem: Problem = { code: error.code, message: error.message };
  const inField = (field: FieldError["field"]): SignInFlow => ({ ...state, fieldError: { field, message: error.message } });
  switch (error.code) {
    case "too_many_tries":
      return { ...state, code: "", problem, waitUntil: error.facts.retryAfterSeconds === undefined ? 0 : now + error.facts.retryAfterSeconds * 1000 };
    case "code_wrong":
      return wrong(state, error);
    case "credentials_wrong":
    case "password_weak":
      return inField("password");
    case "bad_request":
      return error.facts.field === "email" ? inField("email") : { ...state, problem };
    case "attempt_over":
      return again(state, { code: "attempt_over", message: "It took too long, or something else was begun in this browser meanwhile." });
    case "account_deactivated":
    case "address_taken":
    case "password_login_off":
      return again(state, problem);
    default:
      return { ...state, problem };
  }
}

function wrong(state: SignInFlow, error: ApiError): SignInFlow {
  // Tried for nobody in particular: there is nothing to count, the next try is a new one.
  if (state.step.name === "start") return { ...state, problem: { code: "passkey", message: "That passkey doesn’t sign in to an account here. It may have been removed." } };
  if (error.facts.triesLeft === 0) return again(state, { code: error.code, message: error.message });
  const passkey = state.step.name === "factor" && state.step.chosen === "passkey";
  if (passkey) return { ...state, problem: { code: "passkey", message: error.message } };
  return { ...state, code: "", fieldError: { field: "code", message: error.message } };
}

function refusedResend(state: SignInFlow, event: Extract<SignInEvent, { type: "refused" }>): SignInFlow {
  const { step } = state;
  const { error, now } = event;
  if (step.name !== "code" || error.code !== "too_many_tries") return refused(state, event);
  const { retryAfterSeconds } = error.facts;
  if (retryAfterSeconds !== undefined) return { ...state, step: { ...step, resendAt: now + retryAfterSeconds * 1000, resent: false } };
  return { ...state, step: { ...step, canResend: false, resent: false }, problem: { code: error.code, message: error.message } };
}

/** What to keep for a reload; null: nothing was begun. */
export function keptOf(state: Pick<SignInFlow, "purpose" | "email" | "step">, now: number): Kept | null {
  const { purpose, email, step } = state;
  if (step.name === "start" || step.name === "entering") return null;
  return { purpose, email, step, until: step.name === "code" ? step.expiresAt : now + ATTEMPT_LIFETIME_MS };
}

/** Reads what was kept. null: nothing for this purpose, out of date, or not what this page wrote. */
export function readKept(text: string | null, purpose: Purpose, now: number): Kept | null {
  let kept: Partial<Kept> | null;
  try {
    kept = JSON.parse(text ?? "null") as Partial<Kept> | null;
  } catch {
    return null;
  }
  if (typeof kept !== "object" || kept === null || kept.purpose !== purpose || typeof kept.until !== "number" || kept.until <= now) return null;
  if (typeof kept.email !== "string" || !kept.step || !["code", "factor", "password"].includes(kept.step.name)) return null;
  return { purpose, email: kept.email, step: kept.step, until: kept.until };
}
