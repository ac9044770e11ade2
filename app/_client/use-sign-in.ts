"use client";

import { useEffect, useEffectEvent, useReducer, useRef } from "react";
import { browserSupportsWebAuthnAutofill, startAuthentication, WebAuthnAbortService } from "@simplewebauthn/browser";
import { signIn } from "next-auth/react";
import type { SecondFactor } from "@/lib/core/policy";
import type { NextStep } from "@/lib/usecases/sign-in/steps";
import { useClock } from "@/lib/ui/clock";
import { toApiError } from "./api-error";
import { signInApi } from "./sign-in-api";
import { keptOf, readKept, signInFlow, startOf, type Purpose, type SignInFlow } from "./sign-in-flow";
import { answerWithPasskey, browserHasPasskeys, NoPasskey } from "./step-up-passkey";

const STORAGE_KEY = "portcullis-sign-in";
/** An address on its way to another of these pages. */
const ADDRESS_KEY = "portcullis-sign-in-address";

export interface SignIn {
  state: SignInFlow;
  typeEmail: (email: string) => void;
  typeCode: (code: string) => void;
  passwordChanged: () => void;
  /** To sign in. */
  sendPassword: (email: string, password: string) => void;
  /** To register or reset: mails a code. */
  sendAddress: (email: string) => void;
  /** The code typed; or the one given, which the state may not hold yet. */
  sendCode: (code: string) => void;
  sendNewPassword: (password: string, name: string) => void;
  resend: () => void;
  askForPasskey: () => void;
  /** Offers passkeys in the browser's suggestions for a field; where it can't, does nothing. */
  suggestPasskeys: () => void;
  choose: (factor: SecondFactor) => void;
  timeRanOut: () => void;
  /** Takes the address typed along to the next of these pages. */
  carryAddress: () => void;
  startAgain: () => void;
}

/** Signing in, registering or resetting: the state, and what moves it. @param returnPath where a session begins */
export function useSignIn(purpose: Purpose, returnPath: string): SignIn {
  const [state, dispatch] = useReducer(signInFlow, purpose, startOf);
  const clock = useClock();
  /** Under way or done. What the portal begins for it must not overtake what it begins for a password. */
  const suggestion = useRef<Promise<unknown> | null>(null);
  const { step, email, moved } = state;

  const restore = useEffectEvent(() => {
    const kept = readKept(stored(), purpose, clock());
    const carried = stored(ADDRESS_KEY);
    store(null, ADDRESS_KEY);
    if (kept) dispatch({ type: "restored", kept });
    else if (carried !== null) dispatch({ type: "email_typed", email: carried });
  });
  useEffect(() => {
    restore();
    // Out of the browser's cache: this page had already handed over to the next.
    const shown = (event: PageTransitionEvent) => event.persisted && stored() === "entered" && location.reload();
    window.addEventListener("pageshow", shown);
    return () => {
      window.removeEventListener("pageshow", shown);
      WebAuthnAbortService.cancelCeremony();
    };
  }, []);

  const keep = useEffectEvent((current: Pick<SignInFlow, "step" | "email" | "moved">) => {
    const kept = keptOf({ purpose, ...current }, clock());
    if (kept) store(JSON.stringify(kept));
    else if (current.moved && stored() !== "entered") store(null);
  });
  useEffect(() => keep({ step, email, moved }), [step, email, moved]);

  async function enter(ticket: string) {
    let reason = "network";
    try {
      const result = await signIn("ticket", { ticket, redirect: false });
      if (result?.ok && !result.error) {
        store("entered");
        // Not back to the sign-in by the back button.
        location.replace(returnPath);
        return;
      }
      reason = result?.error ?? "Callback";
    } catch {
      // No answer.
    }
    dispatch({ type: "entry_refused", reason });
  }

  async function take(what: "step" | "passkey" | "resend", request: () => Promise<NextStep>) {
    dispatch({ type: "asked", what });
    try {
      const answer = await request();
      dispatch({ type: "answered", answer, now: clock(), passkeys: browserHasPasskeys() });
      if ("ticket" in answer) await enter(answer.ticket);
    } catch (error) {
      if (error instanceof NoPasskey) dispatch({ type: "no_passkey", message: error.message });
      else dispatch({ type: "refused", error: toApiError(error), now: clock() });
    }
  }

  /** Begins something at the portal, once a suggestion is out of its way. */
  async function begin(request: () => Promise<NextStep>): Promise<NextStep> {
    await suggestion.current;
    const answer = await request();
    WebAuthnAbortService.cancelCeremony();
    suggestion.current = null;
    return answer;
  }

  async function passkey(): Promise<NextStep> {
    const secondFactor = step.name === "factor";
    await suggestion.current;
    suggestion.current = null;
    return signInApi.passkey(await answerWithPasskey(await signInApi.passkeyOptions(secondFactor)), secondFactor);
  }

  async function suggest() {
    if (suggestion.current !== null || !browserHasPasskeys()) return;
    const options = browserSupportsWebAuthnAutofill().then((supported) => (supported ? signInApi.passkeyOptions(false) : null)).catch(() => null);
    suggestion.current = options;
    const optionsJSON = await options;
    if (optionsJSON === null || suggestion.current !== options) return;
    const response = await startAuthentication({ optionsJSON, useBrowserAutofill: true }).catch(() => null);
    // Another way was chosen.
    if (response === null || suggestion.current !== options) return;
    suggestion.current = null;
    await take("passkey", () => signInApi.passkey(response, false));
  }

  return {
    state,
    typeEmail: (typed) => dispatch({ type: "email_typed", email: typed }),
    typeCode: (code) => dispatch({ type: "code_typed", code }),
    passwordChanged: () => dispatch({ type: "password_changed" }),
    sendPassword(address, password) {
      dispatch({ type: "email_typed", email: address });
      void take("step", () => begin(() => signInApi.withPassword(address, password)));
    },
    sendAddress(address) {
      dispatch({ type: "email_typed", email: address });
      void take("step", () => begin(() => signInApi.begin(purpose === "register" ? "register" : "reset", address)));
    },
    sendCode(code) {
      if (state.pending !== null) return;
      if (step.name === "code") void take("step", () => signInApi.code(purpose, code));
      if (step.name === "factor" && step.chosen !== "passkey") {
        const { chosen } = step;
        void take("step", () => signInApi.factor(chosen, code));
      }
    },
    sendNewPassword: (password, name) => void take("step", () => (purpose === "register" ? signInApi.register(password, name) : signInApi.reset(password))),
    resend: () => void take("resend", signInApi.resend),
    askForPasskey: () => void take("passkey", passkey),
    suggestPasskeys: () => void suggest(),
    choose(factor) {
      dispatch({ type: "chose", factor });
      WebAuthnAbortService.cancelCeremony();
    },
    timeRanOut: () => dispatch({ type: "time_ran_out" }),
    carryAddress: () => store(email === "" ? null : email, ADDRESS_KEY),
    startAgain() {
      dispatch({ type: "started_again" });
      WebAuthnAbortService.cancelCeremony();
    },
  };
}

/** A convenience: a browser that keeps nothing for pages begins anew after a reload. */
function stored(key = STORAGE_KEY): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(text: string | null, key = STORAGE_KEY): void {
  try {
    if (text === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // See above.
  }
}
