"use client";

import { useEffect, useEffectEvent, useRef } from "react";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import type { StepProps } from "./step-parts";

interface AddressFieldProps extends StepProps {
  autoFocus: boolean;
  autoComplete: "username" | "username webauthn";
  onFocus?: () => void;
}

export function AddressField({ flow, autoFocus, autoComplete, onFocus }: AddressFieldProps) {
  const { email, fieldError } = flow.state;
  const input = useRef<HTMLInputElement>(null);
  const error = fieldError?.field === "email" ? fieldError.message : null;

  // Browsers fill it in, and people type, before this page's program has started.
  const catchUp = useEffectEvent(() => {
    if (input.current && input.current.value !== email) flow.typeEmail(input.current.value);
  });
  useEffect(() => catchUp(), []);
  useEffect(() => {
    if (error !== null) input.current?.focus();
  }, [error]);

  return (
    <Field id="email" label="E-mail address" error={error}>
      {(ids) => (
        <Input
          {...ids}
          ref={input}
          // No field of type "email": browsers rewrite what is typed into those, and refuse it in words of their own.
          type="text"
          inputMode="email"
          name="username"
          autoComplete={autoComplete}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          autoFocus={autoFocus}
          value={email}
          onFocus={onFocus}
          onChange={(event) => flow.typeEmail(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
