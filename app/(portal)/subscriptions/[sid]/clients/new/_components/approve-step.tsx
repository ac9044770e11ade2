"use client";

import { CalendarClock, KeyRound, Laptop, Server } from "lucide-react";
import type { ApproveStep as Approving } from "@/app/_client/issue-flow";
import { isUnderWay, type Proving } from "@/app/_client/step-up-flow";
import { ProofPanel, type ProofWords } from "@/app/_components/step-up/proof-panel";
import type { ProofRun } from "@/app/_components/step-up/use-proof";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { DateTime } from "@/lib/ui/relative-time";
import type { FlowInstance } from "../../_components/connect-step";
import { ProblemNotice } from "./problem-notice";

interface ApproveStepProps {
  state: Approving;
  run: ProofRun;
  proving: Proving;
  subscriptionId: string;
  subscriptionName: string;
  instance: FlowInstance;
  onBack: () => void;
  onAgain: () => void;
}

const WORDS: ProofWords = {
  submit: "Approve and add",
  pending: "Making the keys and adding the client…",
  unreachable: "The connection dropped while your client was being added. Nothing is lost: your key and code are still here. Trying again is safe, even if the first attempt arrived.",
};

export function ApproveStep({ state, run, proving, subscriptionId, subscriptionName, instance, onBack, onAgain }: ApproveStepProps) {
  const mailed = proving.ways[0] === "mail" && proving.way !== "provider";
  return (
    <Card className="p-5 sm:p-7">
      <h1 className="text-2xl font-semibold">{mailed ? "Check your mail" : "Approve the client"}</h1>
      <p className="mt-1.5 text-muted">
        {mailed ? (
          <>
            We mailed a six-digit code to <strong className="font-medium text-ink">{proving.sentTo}</strong>. It approves exactly this:
          </>
        ) : (
          "Show that it’s you. That approves exactly this:"
        )}
      </p>
      <ul className="mt-4 grid gap-2.5 rounded-lg bg-sunken px-4 py-3.5 [&_svg]:mt-0.5 [&_svg]:size-4.5 [&_svg]:shrink-0 [&_svg]:text-faint">
        <li className="flex gap-3">
          <Laptop aria-hidden="true" />
          <span className="min-w-0 wrap-anywhere">
            Add <strong className="font-medium">{state.nickname}</strong>
          </span>
        </li>
        <li className="flex gap-3">
          <Server aria-hidden="true" />
          <span className="min-w-0 wrap-anywhere">
            to <strong className="font-medium">{instance.name}</strong> <span className="text-muted">of {subscriptionName}</span>
          </span>
        </li>
        {state.expiresAt !== null && (
          <li className="flex gap-3">
            <CalendarClock aria-hidden="true" />
            <span className="min-w-0">
              until <DateTime iso={state.expiresAt} />
            </span>
          </li>
        )}
        {state.ownKey !== "" && (
          <li className="flex gap-3">
            <KeyRound aria-hidden="true" />
            <span className="min-w-0">
              with your key <code className="code-text">{state.ownKey}</code>
            </span>
          </li>
        )}
      </ul>
      <div className="mt-5">
        <ProofPanel
          run={run}
          state={proving}
          words={WORDS}
          again={{ pending: state.pending }}
          onAgain={onAgain}
          renderProblem={(problem) => <ProblemNotice problem={problem} way={proving.way} subscriptionId={subscriptionId} />}
          aside={
            <Button tone="ghost" size="sm" disabled={isUnderWay(proving)} onClick={onBack}>
              Change the name
            </Button>
          }
        />
      </div>
    </Card>
  );
}
