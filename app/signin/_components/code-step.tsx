"use client";

import { useEffect, useEffectEvent, useRef, type ReactNode } from "react";
import type { Step } from "@/app/_client/sign-in-flow";
import { useCountdown } from "@/app/_client/use-countdown";
import { ResendButton } from "@/app/_components/resend-button";
import { CodeInput } from "@/lib/ui/code-input";
import { Field } from "@/lib/ui/field";
import { formatCountdown } from "@/lib/ui/time";
import { StartAgain, StepHeading, StepNotice, Submit, type StepProps } from "./step-parts";

interface CodeStepProps extends StepProps {
  step: Extract<Step, { name: "code" }>;
  /** What was mailed. */
  children: ReactNode;
  submit: string;
}

/** The code that was mailed. */
export function CodeStep({ flow, step, submit, children }: CodeStepProps) {
  const { code, fieldError, pending } = flow.state;
  const input = useRef<HTMLInputElement>(null);
  const left = useCountdown(step.expiresAt);
  const over = left === 0;
  const timeRanOut = useEffectEvent(flow.timeRanOut);

  useEffect(() => {
    if (over && pending === null) timeRanOut();
  }, [over, pending]);
  useEffect(() => {
    if (pending === null) input.current?.focus();
  }, [pending]);

  return (
    <>
      <StartAgain flow={flow}>Use another address</StartAgain>
      <div className="mt-4">
        <StepHeading title="Check your mail">{children}</StepHeading>
      </div>
      <StepNotice flow={flow} />
      <form
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.length === step.codeLength) flow.sendCode(code);
        }}
        className="mt-6 grid gap-4"
      >
        <Field
          id="code"
          label="Code"
          error={fieldError?.field === "code" ? fieldError.message : null}
          aside={<span className="tabular text-sm text-faint">{left > 0 ? `good for ${formatCountdown(left)}` : "has run out"}</span>}
        >
          {(ids) => (
            <CodeInput {...ids} ref={input} autoFocus value={code} length={step.codeLength} readOnly={pending === "step"} onValueChange={flow.typeCode} onComplete={flow.sendCode} />
          )}
        </Field>
        <Submit flow={flow} disabled={code.length < step.codeLength}>
          {submit}
        </Submit>
      </form>
      {step.canResend && (
        <div className="mt-4 grid justify-items-center gap-0.5 text-sm text-muted">
          <p>Nothing there? Look in your spam folder.</p>
          <ResendButton resendAt={step.resendAt} pending={pending === "resend"} resent={step.resent} onResend={flow.resend} />
        </div>
      )}
    </>
  );
}
