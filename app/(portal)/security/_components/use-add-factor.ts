"use client";

import { useReducer } from "react";
import { accountApi, type FactorKind } from "@/app/_client/account-api";
import { addFactor, type AddFactor, type AddFactorEvent, type MakeStep, type ScanStep, startAdding } from "@/app/_client/add-factor";
import { toApiError } from "@/app/_client/api-error";
import { makePasskey, NoPasskey } from "@/app/_client/step-up-passkey";
import type { Approval } from "@/app/_components/step-up/use-step-up";

interface AddFactorOptions {
  approve: <T>(approval: Approval<T>) => Promise<T | null>;
  /** The factor counts from now on. */
  onAdded: () => void;
}

export interface AddFactorRun {
  state: AddFactor;
  dispatch: (event: AddFactorEvent) => void;
  start: (kind: FactorKind, name: string) => void;
  begin: () => Promise<void>;
  confirm: (step: ScanStep, code: string) => Promise<void>;
  make: (step: Pick<MakeStep, "name" | "options">) => Promise<void>;
}

/** Adding one authenticator app or passkey: holds the flow, and makes its requests. */
export function useAddFactor(kind: FactorKind, name: string, { approve, onAdded }: AddFactorOptions): AddFactorRun {
  const [state, dispatch] = useReducer(addFactor, null, () => startAdding(kind, name));

  async function begin() {
    const { kind: wanted, name: typed } = state;
    dispatch({ type: "begin_requested" });
    try {
      const ask = () => accountApi.askStepUp(wanted === "totp" ? "totp.add" : "passkey.add", { parameters: { name: typed } });
      const words = { submit: "Continue", pending: "Checking…" };
      const rejectOn = (error: { code: string }) => error.code === "factor_name_invalid" || error.code === "bad_request";
      if (wanted === "totp") {
        const device = await approve({ ask, act: (proof) => accountApi.beginTotp(typed, proof), words, rejectOn });
        dispatch(device === null ? { type: "begin_given_up" } : { type: "totp_begun", device });
        return;
      }
      const options = await approve({ ask, act: (proof) => accountApi.beginPasskey(typed, proof), words, rejectOn });
      if (options === null) {
        dispatch({ type: "begin_given_up" });
        return;
      }
      dispatch({ type: "passkey_begun", options });
      await make({ name: typed, options });
    } catch (problem) {
      dispatch({ type: "begin_refused", error: toApiError(problem) });
    }
  }

  async function confirm(step: ScanStep, code: string) {
    dispatch({ type: "finish_requested" });
    try {
      dispatch({ type: "added", added: await accountApi.confirmTotp(step.device.deviceId, code) });
      onAdded();
    } catch (problem) {
      dispatch({ type: "finish_refused", error: toApiError(problem) });
    }
  }

  async function make(step: Pick<MakeStep, "name" | "options">) {
    dispatch({ type: "finish_requested" });
    try {
      dispatch({ type: "added", added: await accountApi.finishPasskey(step.name, await makePasskey(step.options)) });
      onAdded();
    } catch (problem) {
      dispatch(problem instanceof NoPasskey ? { type: "passkey_failed", message: problem.message } : { type: "finish_refused", error: toApiError(problem) });
    }
  }

  return { state, dispatch, start: (next, suggested) => dispatch({ type: "started", kind: next, name: suggested }), begin, confirm, make };
}
