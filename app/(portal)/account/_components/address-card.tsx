"use client";

import { useEffect, useId, useReducer, useRef } from "react";
import { Mail } from "lucide-react";
import { accountApi } from "@/app/_client/account-api";
import { addressChange, type AddressStep, type CodeStep, isAboutNewAddress } from "@/app/_client/address-change";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { ADDRESS_CODE_LENGTH } from "@/app/_client/step-up";
import { ResendButton } from "@/app/_components/resend-button";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { CodeInput } from "@/lib/ui/code-input";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";

/** The address that mails go to and that a password signs in: changed with a code from the new one and an approval by the old. */
export function AddressCard({ email }: { email: string }) {
  const [state, dispatch] = useReducer(addressChange, { step: "closed" });
  const { approve, dialog } = useStepUp();

  async function begin({ email: wanted }: AddressStep) {
    dispatch({ type: "begin_requested" });
    try {
      dispatch({ type: "begun", change: await accountApi.beginAddressChange(wanted), now: Date.now() });
    } catch (problem) {
      dispatch({ type: "begin_refused", error: toApiError(problem) });
    }
  }

  async function confirm({ email: wanted, change }: CodeStep, code: string) {
    dispatch({ type: "approval_requested" });
    let first = true;
    try {
      const changed = await approve({
        // The first proof was asked for along with the code; what has run out is asked for anew.
        ask: () => (first ? ((first = false), Promise.resolve(change.stepUp)) : accountApi.askStepUp("address.change", { parameters: { email: wanted } })),
        act: (proof) => accountApi.confirmAddressChange({ email: wanted, newAddress: { challengeId: change.newAddress.challengeId, code } }, proof),
        words: { submit: "Change the address", pending: "Changing it…" },
        rejectOn: (error) => isAboutNewAddress(error) || error.code === "address_taken" || error.code === "bad_request",
      });
      if (changed === null) dispatch({ type: "approval_given_up" });
      // A whole new page: the address is all over it.
      else location.assign("/account?changed=address");
    } catch (problem) {
      dispatch({ type: "confirm_refused", error: toApiError(problem) });
    }
  }

  async function resend({ change }: CodeStep) {
    dispatch({ type: "resend_requested" });
    try {
      const { resendAfterSeconds } = await api.mailChallenge(change.newAddress.challengeId);
      dispatch({ type: "resent", resendAfterSeconds, now: Date.now() });
    } catch (problem) {
      dispatch({ type: "resend_refused", error: toApiError(problem), now: Date.now() });
    }
  }

  return (
    <Card aria-labelledby="address">
      <CardHeader title="E-mail address" titleId="address" description="Codes and notices go there." />
      <div className="px-4 py-5 sm:px-5">
        {state.step === "closed" && (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="flex min-w-0 items-center gap-3">
              <Mail aria-hidden="true" className="size-5 shrink-0 text-faint" />
              <span className="min-w-0 font-medium wrap-anywhere">{email}</span>
            </p>
            <Button onClick={() => dispatch({ type: "opened" })}>Change address</Button>
          </div>
        )}
        {state.step === "address" && <NewAddress state={state} onTyped={(typed) => dispatch({ type: "email_typed", email: typed })} onSubmit={() => void begin(state)} onCancel={() => dispatch({ type: "closed" })} />}
        {state.step === "code" && (
          <NewAddressCode
            state={state}
            onTyped={(code) => dispatch({ type: "code_typed", code })}
            onComplete={(code) => void confirm(state, code)}
            onResend={() => void resend(state)}
            onCancel={() => dispatch({ type: "closed" })}
          />
        )}
      </div>
      {dialog}
    </Card>
  );
}

interface NewAddressProps {
  state: AddressStep;
  onTyped: (email: string) => void;
  onSubmit: () => void;
  onCancel: () => void;
}

function NewAddress({ state, onTyped, onSubmit, onCancel }: NewAddressProps) {
  const id = useId();
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!state.pending) onSubmit();
      }}
    >
      <Field id={id} label="New address" error={state.error} hint="We mail a code there, to be sure that it’s yours. Then you approve the change, and both addresses are told.">
        {(ids) => <Input {...ids} type="email" autoFocus autoComplete="email" autoCapitalize="none" spellCheck={false} value={state.email} onChange={(event) => onTyped(event.currentTarget.value)} />}
      </Field>
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" pending={state.pending}>
          {state.pending ? "Mailing a code…" : "Mail a code there"}
        </Button>
      </div>
    </form>
  );
}

interface NewAddressCodeProps {
  state: CodeStep;
  onTyped: (code: string) => void;
  onComplete: (code: string) => void;
  onResend: () => void;
  onCancel: () => void;
}

function NewAddressCode({ state, onTyped, onComplete, onResend, onCancel }: NewAddressCodeProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { pending, error } = state;

  useEffect(() => {
    if (!pending) input.current?.focus();
  }, [pending]);

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!pending && state.code.length === ADDRESS_CODE_LENGTH) onComplete(state.code);
      }}
    >
      {state.problem && (
        <Notice tone="warn" role="alert">
          {state.problem}
        </Notice>
      )}
      <p className="text-muted">
        We mailed an eight-digit code to the new address, <strong className="font-medium wrap-anywhere text-ink">{state.email}</strong>.
      </p>
      <Field id={id} label="Code from the new address" error={error}>
        {(ids) => <CodeInput {...ids} ref={input} autoFocus length={ADDRESS_CODE_LENGTH} value={state.code} readOnly={pending} onValueChange={onTyped} onComplete={onComplete} />}
      </Field>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <ResendButton resendAt={state.resendAt} pending={state.resending} resent={state.resent} onResend={onResend} />
        <span className="ml-auto flex gap-2">
          <Button tone="ghost" disabled={pending} onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" tone="primary" pending={pending} disabled={!pending && state.code.length < ADDRESS_CODE_LENGTH}>
            Continue
          </Button>
        </span>
      </div>
    </form>
  );
}
