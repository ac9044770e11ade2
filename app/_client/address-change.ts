/** Changing the address: the new one → the code that was mailed there → approval. Pure. */
import type { AddressChangeView } from "@/lib/usecases/views";
import type { ApiError } from "./api-error";

export interface AddressStep {
  step: "address";
  email: string;
  pending: boolean;
  error: string | null;
}

export interface CodeStep {
  step: "code";
  email: string;
  change: AddressChangeView;
  code: string;
  /** The approval is under way. */
  pending: boolean;
  error: string | null;
  problem: string | null;
  resendAt: number;
  resending: boolean;
  resent: boolean;
}

export interface ClosedStep {
  step: "closed";
}

export type AddressChange = ClosedStep | AddressStep | CodeStep;

export type AddressChangeEvent =
  | { type: "opened" }
  | { type: "closed" }
  | { type: "email_typed"; email: string }
  | { type: "begin_requested" }
  | { type: "begin_refused"; error: ApiError }
  | { type: "begun"; change: AddressChangeView; now: number }
  | { type: "code_typed"; code: string }
  | { type: "approval_requested" }
  | { type: "approval_given_up" }
  | { type: "confirm_refused"; error: ApiError }
  | { type: "resend_requested" }
  | { type: "resent"; resendAfterSeconds: number; now: number }
  | { type: "resend_refused"; error: ApiError; now: number };

export function addressChange(state: AddressChange, event: AddressChangeEvent): AddressChange {
  if (event.type === "closed") return { step: "closed" };
  if (event.type === "opened") return { step: "address", email: "", pending: false, error: null };
  if (state.step === "address") return addressStep(state, event);
  return state.step === "code" ? codeStep(state, event) : state;
}

function addressStep(state: AddressStep, event: AddressChangeEvent): AddressChange {
  switch (event.type) {
    case "email_typed":
      return { ...state, email: event.email, error: null };
    case "begin_requested":
      return { ...state, pending: true, error: null };
    case "begin_refused":
      return { ...state, pending: false, error: event.error.message };
    case "begun":
      return {
        step: "code",
        email: state.email,
        change: event.change,
        code: "",
        pending: false,
        error: null,
        problem: null,
        resendAt: event.now + event.change.newAddress.resendAfterSeconds * 1000,
        resending: false,
        resent: false,
      };
    default:
      return state;
  }
}

function codeStep(state: CodeStep, event: AddressChangeEvent): AddressChange {
  switch (event.type) {
    case "code_typed":
      return state.pending ? state : { ...state, code: event.code, error: null };
    case "approval_requested":
      return { ...state, pending: true, error: null, problem: null };
    case "approval_given_up":
      return { ...state, pending: false };
    case "confirm_refused":
      return refused({ ...state, pending: false }, event.error);
    case "resend_requested":
      return { ...state, resending: true, resent: false, problem: null };
    case "resent":
      return { ...state, resending: false, resent: true, error: null, resendAt: event.now + event.resendAfterSeconds * 1000 };
    case "resend_refused":
      return { ...state, resending: false, problem: event.error.message, resendAt: event.now + (event.error.facts.retryAfterSeconds ?? 0) * 1000 };
    default:
      return state;
  }
}

function refused(state: CodeStep, error: ApiError): AddressChange {
  if (isAboutNewAddress(error) && error.facts.triesLeft !== 0) return { ...state, code: "", error: error.message };
  // Whatever else it is, this change is over: another address, or the same from the start.
  return { step: "address", email: state.email, pending: false, error: error.message };
}

/** A refusal of the code that was mailed to the new address, not of the approval. */
export const isAboutNewAddress = (error: ApiError): boolean => error.code === "step_up_wrong_code" && error.facts.field === "secondCode";
