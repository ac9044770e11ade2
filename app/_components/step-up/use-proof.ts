"use client";

import { useReducer } from "react";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import type { Proof, Way } from "@/app/_client/step-up";
import { type Asked, beginProving, proving, type Proving, type ProvingEvent } from "@/app/_client/step-up-flow";
import { answerWithPasskey, NoPasskey } from "@/app/_client/step-up-passkey";
import { NotSignedInAgain, signInAgain } from "@/app/_client/step-up-provider";

export interface ProofOptions<T> {
  /** Does what is to be approved, with the proof. */
  act: (proof: Proof) => Promise<T>;
  onDone: (value: T) => void;
  /** Takes an error that is better said elsewhere, such as beside another field; what it takes isn't shown here. */
  onError?: (error: ApiError) => boolean;
}

export interface ProofRun {
  /** null: nothing has been asked for yet. */
  state: Proving | null;
  dispatch: (event: ProvingEvent) => void;
  /** Starts with what the portal asked for; also over again. */
  begin: (asked: Asked) => void;
  end: () => void;
  choose: (way: Way) => void;
  /** A code that is complete. */
  prove: (code: string) => void;
  provePasskey: () => void;
  proveAtProvider: () => void;
  /** The very same request once more. */
  sendAgain: () => void;
  mail: () => void;
}

type Step = { type: "began"; asked: Asked; now: number } | { type: "ended" } | ProvingEvent;

function reduce(state: Proving | null, event: Step): Proving | null {
  if (event.type === "began") return beginProving(event.asked, event.now);
  if (event.type === "ended") return null;
  return state && proving(state, event);
}

/** One act that is being approved: holds the flow, and makes its requests. */
export function useProof<T>({ act, onDone, onError }: ProofOptions<T>): ProofRun {
  const [state, dispatch] = useReducer(reduce, null);

  async function send(proof: Proof) {
    dispatch({ type: "proof_sent", proof });
    try {
      onDone(await act(proof));
    } catch (problem) {
      const error = toApiError(problem);
      if (onError?.(error)) dispatch({ type: "ended" });
      else dispatch({ type: "proof_refused", error });
    }
  }

  async function askPasskey(challengeId: string) {
    dispatch({ type: "passkey_asked" });
    try {
      const response = await answerWithPasskey(await api.passkeyOptions(challengeId));
      await send({ challengeId, factor: "passkey", response });
    } catch (problem) {
      if (problem instanceof NoPasskey) dispatch({ type: "passkey_failed", message: problem.message });
      else dispatch({ type: "proof_refused", error: toApiError(problem) });
    }
  }

  async function askProvider(challengeId: string) {
    // Opened at once: a browser lets a click open a window, and nothing that comes after it.
    const answer = signInAgain(challengeId);
    dispatch({ type: "passkey_asked" });
    try {
      await answer;
      await send({ challengeId, factor: "provider" });
    } catch (problem) {
      if (problem instanceof NotSignedInAgain) dispatch({ type: "passkey_failed", message: problem.message });
      else throw problem;
    }
  }

  async function mail(challengeId: string) {
    dispatch({ type: "mail_requested" });
    try {
      dispatch({ type: "mailed", ...(await api.mailChallenge(challengeId)), now: Date.now() });
    } catch (problem) {
      dispatch({ type: "mail_refused", error: toApiError(problem), now: Date.now() });
    }
  }

  return {
    state,
    dispatch,
    begin: (asked) => dispatch({ type: "began", asked, now: Date.now() }),
    end: () => dispatch({ type: "ended" }),
    choose: (way) => {
      if (!state) return;
      dispatch({ type: "way_chosen", way });
      if (way === "mail" && state.sentTo === null) void mail(state.challengeId);
    },
    prove: (code) => {
      if (state && state.way !== "passkey" && state.way !== "provider" && state.phase === "typing") void send({ challengeId: state.challengeId, factor: state.way, code });
    },
    provePasskey: () => {
      if (state?.phase === "typing") void askPasskey(state.challengeId);
    },
    proveAtProvider: () => {
      if (state?.phase === "typing") void askProvider(state.challengeId);
    },
    sendAgain: () => {
      if (state?.proof) void send(state.proof);
    },
    mail: () => {
      if (state) void mail(state.challengeId);
    },
  };
}
