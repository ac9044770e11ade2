"use client";

import { Dialog } from "@/lib/ui/dialog";
import { ApprovedAct } from "./approved-act";
import { ProofPanel, type ProofWords } from "./proof-panel";
import type { ProofRun } from "./use-proof";

interface StepUpDialogProps {
  run: ProofRun;
  title: string;
  words: ProofWords;
  again: { pending: boolean };
  onAgain: () => void;
  onCancel: () => void;
}

/** Asks for the proof of one act, over the page that the act is on. */
export function StepUpDialog({ run, title, words, again, onAgain, onCancel }: StepUpDialogProps) {
  const { state } = run;
  return (
    <Dialog
      open={state !== null}
      onOpenChange={(open) => {
        if (!open) onCancel();
      }}
      closable={state?.phase !== "sending"}
      title={title}
      description={state && <Approving act={state.act} mailedTo={state.ways[0] === "mail" && state.way !== "provider" ? state.sentTo : null} />}
    >
      {state && (
        <>
          <ApprovedAct details={state.details} />
          <ProofPanel run={run} state={state} words={words} again={again} onAgain={onAgain} />
        </>
      )}
    </Dialog>
  );
}

function Approving({ act, mailedTo }: { act: string; mailedTo: string | null }) {
  if (mailedTo === null) {
    return (
      <>
        Show that it’s you, to <strong className="font-medium wrap-anywhere text-ink">{act}</strong>.
      </>
    );
  }
  return (
    <>
      We mailed a six-digit code to <strong className="font-medium text-ink">{mailedTo}</strong>, to <strong className="font-medium wrap-anywhere text-ink">{act}</strong>.
    </>
  );
}
