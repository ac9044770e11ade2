"use client";

import { useRef, useState, type ReactNode } from "react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import type { Proof } from "@/app/_client/step-up";
import type { Asked } from "@/app/_client/step-up-flow";
import { useToast } from "@/lib/ui/toast";
import type { ProofWords } from "./proof-panel";
import { StepUpDialog } from "./step-up-dialog";
import { useProof } from "./use-proof";

export interface Approval<T> {
  /** Asks the portal for a proof of exactly this act; asked again when a challenge is of no more use. */
  ask: () => Promise<Asked>;
  /** Does it, with the proof. Refusals about the proof are shown in the dialog, which stays open. */
  act: (proof: Proof) => Promise<T>;
  /** "Confirm that it’s you" by itself. */
  title?: string;
  words?: Partial<ProofWords>;
  /** Errors that are better said where the act began: the dialog closes, and `approve` rejects with them. */
  rejectOn?: (error: ApiError) => boolean;
}

export interface StepUp {
  approve: <T>(approval: Approval<T>) => Promise<T | null>;
  dialog: ReactNode;
  /** The dialog is on screen: another one steps aside. */
  open: boolean;
}

interface Running {
  approval: Approval<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: ApiError) => void;
}

/**
 * `approve` runs an act that takes a proof, and resolves with what it gave; with null when the person thought better of it.
 * Rejects with what the portal says before there is anything to prove. `dialog` is to be rendered by whoever uses it.
 */
export function useStepUp(): StepUp {
  const running = useRef<Running | null>(null);
  const [approval, setApproval] = useState<Approval<unknown> | null>(null);
  const [asking, setAsking] = useState(false);
  const toast = useToast();

  const run = useProof<unknown>({
    act: (proof) => (approval ? approval.act(proof) : Promise.resolve(null)),
    onDone: (value) => finish((each) => each.resolve(value)),
    onError: (error) => {
      if (!approval?.rejectOn?.(error)) return false;
      finish((each) => each.reject(error));
      return true;
    },
  });

  function finish(how: (running: Running) => void) {
    const ended = running.current;
    running.current = null;
    run.end();
    if (ended) how(ended);
  }

  async function approve<T>(wanted: Approval<T>): Promise<T | null> {
    const asked = await wanted.ask();
    return new Promise<T | null>((resolve, reject) => {
      running.current = { approval: wanted, resolve: resolve as (value: unknown) => void, reject };
      setApproval(wanted);
      run.begin(asked);
    });
  }

  async function again() {
    if (!approval) return;
    setAsking(true);
    try {
      run.begin(await approval.ask());
    } catch (problem) {
      toast({ tone: "bad", title: "It couldn’t be started again", description: toApiError(problem).message });
    } finally {
      setAsking(false);
    }
  }

  const words: ProofWords = { submit: "Confirm", pending: "Confirming…", ...approval?.words };
  const dialog = (
    <StepUpDialog
      run={run}
      title={approval?.title ?? "Confirm that it’s you"}
      words={words}
      again={{ pending: asking }}
      onAgain={() => void again()}
      onCancel={() => finish((each) => each.resolve(null))}
    />
  );
  return { approve, dialog, open: run.state !== null };
}
