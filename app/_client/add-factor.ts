/**
 * Adding an authenticator app or a passkey: name → (approval) → scan or make → recovery codes, once → done. Pure: requests and
 * the browser's dialogs live in the component.
 */
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/browser";
import type { AddedFactorView, NewTotpView } from "@/lib/usecases/views";
import type { FactorKind } from "./account-api";
import type { ApiError } from "./api-error";

export interface NameStep {
  step: "name";
  kind: FactorKind;
  name: string;
  pending: boolean;
  error: string | null;
  problem: string | null;
}

/** An authenticator app waits for its first code. */
export interface ScanStep {
  step: "scan";
  kind: "totp";
  name: string;
  device: NewTotpView;
  code: string;
  pending: boolean;
  error: string | null;
}

/** The browser is asked to make a passkey. */
export interface MakeStep {
  step: "make";
  kind: "passkey";
  name: string;
  options: PublicKeyCredentialCreationOptionsJSON;
  pending: boolean;
  error: string | null;
}

export interface CodesStep {
  step: "codes";
  kind: FactorKind;
  name: string;
  added: AddedFactorView;
  codes: string[];
}

export interface DoneStep {
  step: "done";
  kind: FactorKind;
  name: string;
  added: AddedFactorView;
}

export type AddFactor = NameStep | ScanStep | MakeStep | CodesStep | DoneStep;

export type AddFactorEvent =
  | { type: "started"; kind: FactorKind; name: string }
  | { type: "name_typed"; name: string }
  | { type: "begin_requested" }
  | { type: "begin_given_up" }
  | { type: "begin_refused"; error: ApiError }
  | { type: "totp_begun"; device: NewTotpView }
  | { type: "passkey_begun"; options: PublicKeyCredentialCreationOptionsJSON }
  | { type: "code_typed"; code: string }
  | { type: "finish_requested" }
  | { type: "passkey_failed"; message: string }
  | { type: "finish_refused"; error: ApiError }
  | { type: "added"; added: AddedFactorView }
  | { type: "codes_saved" };

export const startAdding = (kind: FactorKind, name: string): NameStep => ({ step: "name", kind, name, pending: false, error: null, problem: null });

export function addFactor(state: AddFactor, event: AddFactorEvent): AddFactor {
  if (event.type === "started") return startAdding(event.kind, event.name);
  switch (state.step) {
    case "name":
      return nameStep(state, event);
    case "scan":
    case "make":
      return finishStep(state, event);
    case "codes":
      return event.type === "codes_saved" ? { step: "done", kind: state.kind, name: state.name, added: state.added } : state;
    case "done":
      return state;
  }
}

function nameStep(state: NameStep, event: AddFactorEvent): AddFactor {
  switch (event.type) {
    case "name_typed":
      return { ...state, name: event.name, error: null, problem: null };
    case "begin_requested":
      return { ...state, pending: true, error: null, problem: null };
    case "begin_given_up":
      return { ...state, pending: false };
    case "begin_refused":
      return event.error.code === "factor_name_invalid" ? { ...state, pending: false, error: event.error.message } : { ...state, pending: false, problem: event.error.message };
    case "totp_begun":
      return { step: "scan", kind: "totp", name: state.name, device: event.device, code: "", pending: false, error: null };
    case "passkey_begun":
      return { step: "make", kind: "passkey", name: state.name, options: event.options, pending: false, error: null };
    default:
      return state;
  }
}

function finishStep(state: ScanStep | MakeStep, event: AddFactorEvent): AddFactor {
  switch (event.type) {
    case "code_typed":
      return state.step === "scan" && !state.pending ? { ...state, code: event.code, error: null } : state;
    case "finish_requested":
      return { ...state, pending: true, error: null };
    case "passkey_failed":
      return { ...state, pending: false, error: event.message };
    case "finish_refused":
      return refusedFinish(state, event.error);
    case "added":
      return event.added.recoveryCodes === null
        ? { step: "done", kind: state.kind, name: state.name, added: event.added }
        : { step: "codes", kind: state.kind, name: state.name, added: event.added, codes: event.added.recoveryCodes };
    default:
      return state;
  }
}

function refusedFinish(state: ScanStep | MakeStep, error: ApiError): AddFactor {
  // The approval has run out, or was another session's: only a new one helps.
  if (error.code === "step_up_mismatch" || error.code === "not_found") return { ...startAdding(state.kind, state.name), problem: error.message };
  return state.step === "scan" && error.code === "totp_wrong_code" ? { ...state, pending: false, code: "", error: error.message } : { ...state, pending: false, error: error.message };
}

/** A name nobody has to think of: "Phone", "Phone 2", and so on. */
export function suggestName(kind: FactorKind, taken: readonly string[], userAgent: string): string {
  const first = kind === "totp" ? "Phone" : deviceName(userAgent);
  const used = new Set(taken.map((name) => name.toLowerCase()));
  for (let number = 1; ; number++) {
    const name = number === 1 ? first : `${first} ${number}`;
    if (!used.has(name.toLowerCase())) return name;
  }
}

function deviceName(userAgent: string): string {
  if (/iPhone/.test(userAgent)) return "iPhone";
  if (/iPad/.test(userAgent)) return "iPad";
  if (/Android/.test(userAgent)) return "Android phone";
  if (/Macintosh/.test(userAgent)) return "Mac";
  if (/Windows/.test(userAgent)) return "Windows computer";
  return "This computer";
}
