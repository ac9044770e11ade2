"use client";

import type { ReactNode } from "react";
import { ArrowLeft } from "lucide-react";
import type { SignIn } from "@/app/_client/use-sign-in";
import type { Problem } from "@/app/_client/sign-in-flow";
import { useCountdown } from "@/app/_client/use-countdown";
import { Button } from "@/lib/ui/button";
import { Notice, type NoticeTone } from "@/lib/ui/notice";
import { formatCountdown } from "@/lib/ui/time";

/** What every step gets. */
export interface StepProps {
  flow: SignIn;
}

export function StepHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <>
      <h1 className="text-3xl font-semibold tracking-tight">{title}</h1>
      {children && <div className="mt-2 text-lg text-muted">{children}</div>}
    </>
  );
}

/** The button that goes on with a step. While tries are slowed it says how long, and takes no press. */
export function Submit({ flow, disabled = false, children }: StepProps & { disabled?: boolean; children: ReactNode }) {
  const { pending, waitUntil } = flow.state;
  const left = useCountdown(waitUntil);
  const waits = left > 0;
  return (
    <Button type="submit" tone="primary" size="lg" pending={pending === "step"} disabled={disabled || waits || (pending !== null && pending !== "step")} className="w-full">
      {waits ? <span className="tabular">Try again in {formatWait(left)}</span> : children}
    </Button>
  );
}

/** "0:42", "12:05", "3 hours". */
function formatWait(ms: number): string {
  return ms < 5_400_000 ? formatCountdown(ms) : `${Math.ceil(ms / 3_600_000)} hours`;
}

const TONES: Partial<Record<Problem["code"], NoticeTone>> = { passkey: "warn", attempt_over: "warn", too_many_tries: "warn", address_taken: "info" };
const TITLES: Partial<Record<Problem["code"], string>> = {
  attempt_over: "Please start again",
  code_wrong: "Too many wrong codes",
  address_taken: "You have an account already",
  account_deactivated: "This account is deactivated",
  password_login_off: "No passwords here",
};

/** What went wrong with the step as a whole, if anything did. */
export function StepNotice({ flow }: StepProps) {
  const { problem, waitUntil } = flow.state;
  const left = useCountdown(waitUntil);
  if (!problem) return null;
  if (problem.code === "too_many_tries" && waitUntil > 0) {
    if (left === 0) return null;
    return (
      <Notice tone="warn" role="alert" title="Too many tries" className="mt-6">
        This slows down guessing; your account isn’t locked. A browser that you signed in with before can go on.
      </Notice>
    );
  }
  return (
    <Notice tone={TONES[problem.code] ?? "bad"} role="alert" title={TITLES[problem.code]} className="mt-6">
      {problem.message}
    </Notice>
  );
}

/** Back to the start of the flow, whatever step it is at. */
export function StartAgain({ flow, children }: StepProps & { children: ReactNode }) {
  return (
    <Button tone="ghost" size="sm" disabled={flow.state.pending === "step"} onClick={flow.startAgain} className="-ml-2.5 self-start">
      <ArrowLeft aria-hidden="true" className="size-4" />
      {children}
    </Button>
  );
}
