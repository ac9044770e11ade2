/**
 * Adding a client, as one state and the events that move it: name → approve → connect. Pure: requests, keys and time
 * live in the component; nothing here ever holds a private key. How the approval is proved is step-up-flow.ts.
 */
import type { ClientChallengeView, IssuedClientView } from "@/lib/usecases/views";
import type { ApiError } from "./api-error";
import { NO_END, type EndChoice } from "./end-choice";
import { problemOf, type Problem } from "./step-up-flow";

export interface NameStep {
  step: "name";
  nickname: string;
  ownKey: string;
  usesOwnKey: boolean;
  end: EndChoice;
  endError: string | null;
  pending: boolean;
  nicknameError: string | null;
  ownKeyError: string | null;
  problem: Problem | null;
}

export interface ApproveStep {
  step: "approve";
  nickname: string;
  /** The person's own public key; empty: the browser makes a key pair. */
  ownKey: string;
  end: EndChoice;
  /** ISO 8601, as the approval is bound to it; null: no end, or as late as the plan allows. */
  expiresAt: string | null;
  challengeId: string;
  sealTo: string | null;
  /** A new challenge is being asked for, in place of one that is of no more use. */
  pending: boolean;
}

export interface ConnectStep {
  step: "connect";
  issued: IssuedClientView;
  ownKey: string;
  saved: boolean;
}

export type IssueFlow = NameStep | ApproveStep | ConnectStep;

export type IssueEvent =
  | { type: "nickname_typed"; nickname: string }
  | { type: "own_key_shown"; shown: boolean }
  | { type: "own_key_typed"; ownKey: string }
  | { type: "end_chosen"; end: EndChoice }
  | { type: "input_refused"; nicknameError: string | null; ownKeyError: string | null; endError: string | null }
  | { type: "challenge_requested" }
  | { type: "challenge_refused"; error: ApiError }
  | { type: "challenged"; challenge: ClientChallengeView; nickname: string; ownKey: string; end: EndChoice; expiresAt: string | null }
  | { type: "input_refused_late"; error: ApiError }
  | { type: "issued"; issued: IssuedClientView }
  | { type: "went_back" }
  | { type: "saved" };

export const startOfFlow: NameStep = {
  step: "name",
  nickname: "",
  ownKey: "",
  usesOwnKey: false,
  end: NO_END,
  endError: null,
  pending: false,
  nicknameError: null,
  ownKeyError: null,
  problem: null,
};

export function issueFlow(state: IssueFlow, event: IssueEvent): IssueFlow {
  if (event.type === "challenged") return state.step === "connect" ? state : approve(event);
  if (state.step === "name") return nameStep(state, event);
  if (state.step === "approve") return approveStep(state, event);
  return event.type === "saved" ? { ...state, saved: true } : state;
}

const approve = ({ challenge, nickname, ownKey, end, expiresAt }: Extract<IssueEvent, { type: "challenged" }>): ApproveStep => ({
  step: "approve",
  nickname,
  ownKey,
  end,
  expiresAt,
  challengeId: challenge.challengeId,
  sealTo: challenge.sealTo,
  pending: false,
});

function nameStep(state: NameStep, event: IssueEvent): IssueFlow {
  switch (event.type) {
    case "nickname_typed":
      return { ...state, nickname: event.nickname, nicknameError: null, problem: null };
    case "own_key_shown":
      return { ...state, usesOwnKey: event.shown, ownKeyError: null };
    case "own_key_typed":
      return { ...state, ownKey: event.ownKey, ownKeyError: null };
    case "end_chosen":
      return { ...state, end: event.end, endError: null, problem: null };
    case "input_refused":
      return { ...state, nicknameError: event.nicknameError, ownKeyError: event.ownKeyError, endError: event.endError };
    case "challenge_requested":
      return { ...state, pending: true, problem: null };
    case "challenge_refused":
      return refusedName({ ...state, pending: false }, event.error);
    default:
      return state;
  }
}

function refusedName(state: NameStep, error: ApiError): NameStep {
  if (error.code === "nickname_invalid") return { ...state, nicknameError: error.message };
  if (error.code === "expiry_invalid") return { ...state, endError: error.message };
  if (error.code === "public_key_invalid" || error.code === "public_key_in_use") {
    return { ...state, usesOwnKey: true, ownKeyError: error.message };
  }
  return { ...state, problem: problemOf(error) };
}

function approveStep(state: ApproveStep, event: IssueEvent): IssueFlow {
  switch (event.type) {
    case "challenge_requested":
      return { ...state, pending: true };
    case "challenge_refused":
      return refusedName(nameAgain(state), event.error);
    case "input_refused_late":
      return refusedName(nameAgain(state), event.error);
    case "issued":
      return { step: "connect", issued: event.issued, ownKey: state.ownKey, saved: false };
    case "went_back":
      return nameAgain(state);
    default:
      return state;
  }
}

/** With what was typed. */
const nameAgain = ({ nickname, ownKey, end }: ApproveStep): NameStep => ({ ...startOfFlow, nickname, ownKey, end, usesOwnKey: ownKey !== "" });

/** Whether a refusal while issuing is about what was typed in the first step. */
export const isAboutInput = (error: ApiError): boolean => error.code === "public_key_invalid" || error.code === "public_key_in_use" || error.code === "nickname_invalid" || error.code === "expiry_invalid";
