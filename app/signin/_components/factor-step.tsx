"use client";

import { useEffect, useRef } from "react";
import { Fingerprint, KeyRound, Smartphone, type LucideIcon } from "lucide-react";
import type { Step } from "@/app/_client/sign-in-flow";
import { finishedCode } from "@/app/_client/step-up";
import type { SecondFactor } from "@/lib/core/policy";
import { Button } from "@/lib/ui/button";
import { CodeInput } from "@/lib/ui/code-input";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { StartAgain, StepHeading, StepNotice, Submit, type StepProps } from "./step-parts";

const WAYS: Record<SecondFactor, { Icon: LucideIcon; title: string; text: string; other: string }> = {
  passkey: { Icon: Fingerprint, title: "Use your passkey", text: "Confirm with your fingerprint, face, PIN or security key.", other: "Use a passkey" },
  totp: { Icon: Smartphone, title: "Open your authenticator app", text: "Type the code that it shows now for this portal.", other: "Use your authenticator app" },
  recovery: { Icon: KeyRound, title: "Use a recovery code", text: "One of the codes you were shown when you set up your second factor. Each works once.", other: "Use a recovery code" },
};

/** A second factor: the strongest one first, the others a press away. */
export function FactorStep({ flow, step, submit }: StepProps & { step: Extract<Step, { name: "factor" }>; submit: string }) {
  const { chosen, factors } = step;
  const others = factors.filter((factor) => factor !== chosen);
  return (
    <>
      <StartAgain flow={flow}>Start again</StartAgain>
      <div className="mt-4">
        <StepHeading title={WAYS[chosen].title}>{WAYS[chosen].text}</StepHeading>
      </div>
      <StepNotice flow={flow} />
      <div className="mt-6">{chosen === "passkey" ? <PasskeyWay flow={flow} /> : <CodeWay key={chosen} flow={flow} factor={chosen} submit={submit} />}</div>
      <div className="mt-6 border-t border-line pt-4">
        {others.length > 0 && (
          <>
            <h2 className="text-sm font-medium text-muted">Use another way</h2>
            <div className="-ml-2.5 grid justify-items-start">
              {others.map((factor) => {
                const { Icon, other } = WAYS[factor];
                return (
                  <Button key={factor} tone="ghost" disabled={flow.state.pending === "step"} onClick={() => flow.choose(factor)}>
                    <Icon aria-hidden="true" strokeWidth={1.75} className="size-4" />
                    {other}
                  </Button>
                );
              })}
            </div>
          </>
        )}
        <p className="mt-2 text-sm text-faint">Lost all of them? The operator of this portal can help you in.</p>
      </div>
    </>
  );
}

function PasskeyWay({ flow }: StepProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Button ref={button} tone="primary" size="lg" pending={flow.state.pending === "passkey"} onClick={flow.askForPasskey} className="w-full">
      {flow.state.pending === "passkey" ? "Waiting for your passkey…" : "Use your passkey"}
    </Button>
  );
}

function CodeWay({ flow, factor, submit }: StepProps & { factor: "totp" | "recovery"; submit: string }) {
  const { code, fieldError, pending } = flow.state;
  const input = useRef<HTMLInputElement>(null);
  const finished = finishedCode(factor, code);
  const error = fieldError?.field === "code" ? fieldError.message : null;

  useEffect(() => {
    if (pending === null) input.current?.focus();
  }, [pending]);

  return (
    <form
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        if (finished !== null) flow.sendCode(finished);
      }}
      className="grid gap-4"
    >
      {factor === "totp" ? (
        <Field id="code" label="Code" error={error}>
          {(ids) => <CodeInput {...ids} ref={input} autoFocus value={code} length={8} placeholder="······" readOnly={pending === "step"} onValueChange={flow.typeCode} />}
        </Field>
      ) : (
        <Field id="code" label="Recovery code" error={error} hint="Like 7KQ2-M4XP-90TD. Dashes and capitals don’t matter.">
          {(ids) => (
            <Input
              {...ids}
              ref={input}
              autoFocus
              autoComplete="off"
              autoCapitalize="characters"
              autoCorrect="off"
              spellCheck={false}
              maxLength={40}
              value={code}
              readOnly={pending === "step"}
              onChange={(event) => flow.typeCode(event.currentTarget.value)}
              className="font-mono"
            />
          )}
        </Field>
      )}
      <Submit flow={flow} disabled={finished === null}>
        {submit}
      </Submit>
    </form>
  );
}
