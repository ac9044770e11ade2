"use client";

import { useEffect, useId, useRef } from "react";
import { finishedCode, triesLeftText, type CodeWay } from "@/app/_client/step-up";
import type { Proving } from "@/app/_client/step-up-flow";
import { Button } from "@/lib/ui/button";
import { CodeInput } from "@/lib/ui/code-input";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Skeleton } from "@/lib/ui/skeleton";
import { formatCountdown } from "@/lib/ui/time";
import type { ProofWords } from "./proof-panel";
import type { ProofRun } from "./use-proof";

const LABELS: Record<CodeWay, string> = { mail: "Code", totp: "Code from your authenticator app", recovery: "Recovery code" };
/** An operator may have chosen eight. */
const MOST_TOTP_DIGITS = 8;

interface CodeProofProps {
  run: ProofRun;
  state: Proving;
  words: ProofWords;
  msLeft: number;
}

/** One field for a code that a person types; of a mailed one, the last digit sends it. */
export function CodeProof({ run, state, words, msLeft }: CodeProofProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { phase, code, way } = state;
  const waiting = way === "mail" && state.sentTo === null;

  useEffect(() => {
    if (phase === "typing") input.current?.focus();
  }, [phase]);

  if (way === "passkey" || way === "provider") return null;
  if (waiting) return state.mailing ? <MailUnderWay /> : <MailButton run={run} />;
  const finished = finishedCode(way, code, state.digits);
  const error = way === "mail" && state.error ? `That code isn’t right. ${triesLeftText(state.triesLeft)}.` : state.error;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (finished !== null) run.prove(finished);
      }}
    >
      <Field id={id} label={LABELS[way]} error={error} hint={hintOf(state)} aside={<span className="tabular text-sm whitespace-nowrap text-faint">good for {formatCountdown(msLeft)}</span>}>
        {(ids) =>
          way === "recovery" ? (
            <Input
              {...ids}
              ref={input}
              autoFocus
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              placeholder="XXXX-XXXX-XXXX"
              className="h-14 text-center font-mono text-xl tracking-widest sm:h-14 sm:text-xl"
              value={code}
              readOnly={phase !== "typing"}
              onChange={(event) => run.dispatch({ type: "code_typed", code: event.currentTarget.value })}
            />
          ) : (
            <CodeInput
              {...ids}
              ref={input}
              autoFocus
              value={code}
              length={way === "mail" ? state.digits : MOST_TOTP_DIGITS}
              placeholder={"·".repeat(state.digits)}
              readOnly={phase !== "typing"}
              onValueChange={(typed) => run.dispatch({ type: "code_typed", code: typed })}
              onComplete={run.prove}
            />
          )
        }
      </Field>
      <Button type="submit" tone={words.tone ?? "primary"} size="lg" pending={phase !== "typing"} disabled={phase === "typing" && finished === null}>
        {phase === "sending" ? words.pending : words.submit}
      </Button>
    </form>
  );
}

function hintOf({ way, ways, sentTo }: Proving): string | undefined {
  // Where mail comes first, the page says so above.
  if (way === "mail") return ways[0] === "mail" ? undefined : `We mailed six digits to ${sentTo ?? "your address"}.`;
  return way === "recovery" ? "One of the ten that you kept. It is used up by this." : undefined;
}

function MailUnderWay() {
  return (
    <div role="status" className="grid gap-3">
      <span className="text-muted">Mailing your code…</span>
      <Skeleton className="h-14" />
    </div>
  );
}

function MailButton({ run }: { run: ProofRun }) {
  return (
    <Button tone="primary" size="lg" onClick={run.mail}>
      Mail me a code
    </Button>
  );
}
