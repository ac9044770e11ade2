"use client";

import { useEffect, useRef } from "react";
import Link from "next/link";
import { Field } from "@/lib/ui/field";
import { PasswordInput } from "@/lib/ui/password-input";
import { AddressField } from "./address-field";
import { Submit, type StepProps } from "./step-parts";

/** An address and its password. */
export function PasswordForm({ flow, resetHref, passkey }: StepProps & { resetHref: string; passkey: boolean }) {
  const { fieldError, moved } = flow.state;
  const input = useRef<HTMLInputElement>(null);
  const error = fieldError?.field === "password" ? fieldError.message : null;

  useEffect(() => {
    if (fieldError?.field !== "password") return;
    input.current?.focus();
    input.current?.select();
  }, [fieldError]);

  return (
    <form
      // By post, so that a password never gets into an address bar, should this page's program not have started yet.
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        if (flow.state.pending !== "step") flow.sendPassword(String(given.get("username")), String(given.get("password")));
      }}
      className="grid gap-4"
    >
      <AddressField flow={flow} autoFocus={moved} autoComplete={passkey ? "username webauthn" : "username"} onFocus={passkey ? flow.suggestPasskeys : undefined} />
      <Field
        id="password"
        label="Password"
        error={error}
        aside={
          <Link href={resetHref} onClick={flow.carryAddress} className="thumb rounded-sm text-sm font-medium text-accent hover:underline">
            Forgot it?
          </Link>
        }
      >
        {(ids) => <PasswordInput {...ids} ref={input} name="password" autoComplete="current-password" required />}
      </Field>
      <Submit flow={flow}>Sign in</Submit>
    </form>
  );
}
