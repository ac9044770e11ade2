"use client";

import { useEffect, useRef, useState } from "react";
import { Check } from "lucide-react";
import { MAX_PASSWORD_LENGTH, passwordAdvice } from "@/app/_client/sign-in-password";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { PasswordInput } from "@/lib/ui/password-input";
import { StartAgain, StepHeading, StepNotice, Submit, type StepProps } from "./step-parts";

interface NewPasswordStepProps extends StepProps {
  title: string;
  text: string;
  submit: string;
  /** Asks for the person's name as well. */
  named: boolean;
}

/** A password of one's own choosing. It stays in the form, and goes nowhere but into the request. */
export function NewPasswordStep({ flow, title, text, submit, named }: NewPasswordStepProps) {
  const { email, fieldError, pending } = flow.state;
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const advice = passwordAdvice(password);
  const error = fieldError?.field === "password" ? fieldError.message : null;

  useEffect(() => {
    if (fieldError) input.current?.focus();
  }, [fieldError]);

  return (
    <>
      <StartAgain flow={flow}>Start again</StartAgain>
      <div className="mt-4">
        <StepHeading title={title}>{text}</StepHeading>
      </div>
      <StepNotice flow={flow} />
      <form
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          if (pending === null) flow.sendNewPassword(password, name);
        }}
        className="mt-6 grid gap-4"
      >
        {/* For password managers: whose password it is. */}
        <input type="email" name="username" autoComplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" className="sr-only" />
        {named && (
          <Field id="name" label="Your name" hint="As the people you share a subscription with see you. You can leave it empty.">
            {(ids) => <Input {...ids} name="name" autoComplete="name" maxLength={80} autoFocus value={name} onChange={(event) => setName(event.currentTarget.value)} />}
          </Field>
        )}
        <Field
          id="password"
          label={named ? "Password" : "New password"}
          error={error}
          hint={
            error === null && (
              <span className={advice.enough ? "flex items-center gap-1.5 text-good" : undefined}>
                {advice.enough && <Check aria-hidden="true" className="size-4 shrink-0" />}
                {advice.text}
              </span>
            )
          }
        >
          {(ids) => (
            <PasswordInput
              {...ids}
              ref={input}
              name="password"
              autoComplete="new-password"
              required
              autoFocus={!named}
              // Longer than what is allowed: a paste that is cut off would be another password.
              maxLength={MAX_PASSWORD_LENGTH * 4}
              value={password}
              onChange={(event) => {
                setPassword(event.currentTarget.value);
                flow.passwordChanged();
              }}
            />
          )}
        </Field>
        <Submit flow={flow} disabled={!advice.enough}>
          {submit}
        </Submit>
      </form>
    </>
  );
}
