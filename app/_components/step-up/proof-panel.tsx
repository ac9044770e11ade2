"use client";

import { useEffect, useId, useRef, type ReactNode } from "react";
import { useCountdown } from "@/app/_client/use-countdown";
import { proofAdvice } from "@/app/_client/step-up-advice";
import type { Problem, Proving } from "@/app/_client/step-up-flow";
import { ResendButton } from "@/app/_components/resend-button";
import { Button } from "@/lib/ui/button";
import { Notice } from "@/lib/ui/notice";
import { ButtonProof } from "./button-proof";
import { CodeProof } from "./code-proof";
import type { ProofRun } from "./use-proof";
import { OtherWays } from "./ways";

export interface ProofWords {
  /** On the button that sends it: "Approve and add". */
  submit: string;
  /** While it is under way. */
  pending: string;
  tone?: "primary" | "danger";
  /** What to say when no answer came. */
  unreachable?: ReactNode;
}

interface ProofPanelProps {
  run: ProofRun;
  state: Proving;
  words: ProofWords;
  /** Asks for a new challenge. */
  onAgain: () => void;
  again?: { pending: boolean };
  /** At the lower left, such as a way back. */
  aside?: ReactNode;
  /** Shows what isn't about the proof itself; a plain notice otherwise. */
  renderProblem?: (problem: Problem) => ReactNode;
}

/** The part of every approval that takes the proof: the strongest way first, the others by choice. */
export function ProofPanel({ run, state, words, onAgain, again, aside, renderProblem }: ProofPanelProps) {
  const { phase, problem, way } = state;
  const left = useCountdown(state.expiresAt);
  const over = left === 0;
  const { dispatch } = run;
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (over) dispatch({ type: "time_ran_out" });
  }, [over, dispatch]);

  useEffect(() => {
    if (state.choosing) list.current?.querySelector("button")?.focus();
  }, [state.choosing]);

  const others = state.ways.filter((each) => each !== way);
  const ready = phase === "typing" || phase === "asking" || phase === "sending";
  const mailIsShown = way === "mail" && state.sentTo !== null;
  return (
    <>
      {phase === "dead" && problem ? (
        <DeadNotice problem={problem} state={state} onAgain={onAgain} pending={again?.pending ?? false} renderProblem={renderProblem} />
      ) : phase === "unreachable" ? (
        <Notice
          tone="warn"
          role="alert"
          title="No answer from the portal"
          actions={
            <Button tone="primary" onClick={run.sendAgain}>
              Try again
            </Button>
          }
        >
          {words.unreachable ?? "The connection dropped, so it isn’t known whether this was done. Trying again is safe: it is done once at most."}
        </Notice>
      ) : (
        <div className="grid gap-4">
          {problem && (renderProblem?.(problem) ?? <PlainProblem problem={problem} state={state} />)}
          {way === "passkey" || way === "provider" ? <ButtonProof key={way} way={way} run={run} state={state} words={words} /> : <CodeProof key={way} run={run} state={state} words={words} msLeft={left} />}
        </div>
      )}
      {ready && state.choosing && others.length > 0 && (
        <div id={listId} ref={list} className="mt-4">
          <OtherWays ways={others} onChoose={run.choose} />
        </div>
      )}
      {(aside || (ready && (others.length > 0 || mailIsShown))) && (
        <div className="mt-4 border-t border-line pt-4">
          {/* The words, not the invisible boxes around them, line up with what is above. */}
          <div className="-mx-2.5 flex flex-wrap items-center justify-between gap-y-2 pointer-coarse:-mx-3.5">
            {aside}
            {ready && others.length > 0 && (
              <Button tone="ghost" size="sm" aria-expanded={state.choosing} aria-controls={state.choosing ? listId : undefined} disabled={phase === "sending"} onClick={() => dispatch({ type: "ways_shown", shown: !state.choosing })}>
                Use another way
              </Button>
            )}
            {phase === "typing" && mailIsShown && <ResendButton resendAt={state.resendAt} pending={state.mailing} resent={state.resent} onResend={run.mail} />}
          </div>
        </div>
      )}
    </>
  );
}

function PlainProblem({ problem, state }: { problem: Problem; state: Proving }) {
  const advice = proofAdvice(problem, state.way, state.maybeDone);
  return (
    <Notice tone="bad" role="alert" title={advice?.title}>
      {advice?.next ?? problem.message}
    </Notice>
  );
}

interface DeadNoticeProps {
  problem: Problem;
  state: Proving;
  onAgain: () => void;
  pending: boolean;
  renderProblem?: (problem: Problem) => ReactNode;
}

function DeadNotice({ problem, state, onAgain, pending, renderProblem }: DeadNoticeProps) {
  const advice = proofAdvice(problem, state.way, state.maybeDone);
  if (!advice && renderProblem) return renderProblem(problem);
  return (
    <Notice
      tone="warn"
      role="alert"
      title={advice?.title}
      actions={
        (advice?.again ?? true) ? (
          <Button tone="primary" pending={pending} onClick={onAgain}>
            {state.ways[0] === "mail" ? "Mail a new code" : "Start again"}
          </Button>
        ) : undefined
      }
    >
      {advice?.next ?? problem.message}
    </Notice>
  );
}
