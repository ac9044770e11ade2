"use client";

import { useEffect, useId, useRef } from "react";
import { CircleAlert, CircleCheck, Fingerprint, Smartphone } from "lucide-react";
import type { DoneStep, MakeStep, NameStep, ScanStep } from "@/app/_client/add-factor";
import type { FactorKind } from "@/app/_client/account-api";
import { Button, buttonClass } from "@/lib/ui/button";
import { CodeInput } from "@/lib/ui/code-input";
import { CopyButton } from "@/lib/ui/copy-button";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import { QrCode } from "@/lib/ui/qr-code";
import { RecoveryCodes } from "./recovery-codes";
import type { AddFactorRun } from "./use-add-factor";

interface AddFactorStepsProps {
  run: AddFactorRun;
  /** Leaves the flow, done or not. */
  onClose: () => void;
  closeLabel: string;
  /** Goes on with a second factor as a backup. */
  onBackup: (kind: FactorKind) => void;
}

/** Whatever comes next in adding an authenticator app or a passkey. */
export function AddFactorSteps({ run, onClose, closeLabel, onBackup }: AddFactorStepsProps) {
  const { state } = run;
  switch (state.step) {
    case "name":
      return <Naming run={run} state={state} />;
    case "scan":
      return <Scanning run={run} state={state} />;
    case "make":
      return <Making run={run} state={state} />;
    case "codes":
      return <RecoveryCodes codes={state.codes} onSaved={() => run.dispatch({ type: "codes_saved" })} />;
    case "done":
      return <Done state={state} onClose={onClose} closeLabel={closeLabel} onBackup={onBackup} />;
  }
}

const HINTS: Record<FactorKind, string> = {
  totp: "Any name that tells you which one it is on the day you lose it: “Phone”, “Work phone”.",
  passkey: "Any name that tells you where the passkey is: “MacBook”, “Security key on my keys”.",
};

function Naming({ run, state }: { run: AddFactorRun; state: NameStep }) {
  const id = useId();
  return (
    <form
      noValidate
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!state.pending) void run.begin();
      }}
    >
      {state.problem && (
        <Notice tone="warn" role="alert">
          {state.problem}
        </Notice>
      )}
      <Field id={id} label="Name" error={state.error} hint={HINTS[state.kind]}>
        {(ids) => (
          <Input {...ids} autoFocus autoComplete="off" spellCheck={false} value={state.name} onChange={(event) => run.dispatch({ type: "name_typed", name: event.currentTarget.value })} />
        )}
      </Field>
      <Button type="submit" tone="primary" size="lg" pending={state.pending}>
        Continue
      </Button>
    </form>
  );
}

function Scanning({ run, state }: { run: AddFactorRun; state: ScanStep }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { device, code, pending, error } = state;

  useEffect(() => {
    if (!pending) input.current?.focus();
  }, [pending]);

  return (
    <div className="grid gap-5">
      <ol className="grid gap-5">
        <li className="grid gap-3">
          <p>
            <strong className="font-medium">1.</strong> Scan this with your authenticator app.
          </p>
          <div className="justify-self-center rounded-lg border border-line bg-[#fff] p-1.5">
            <QrCode text={device.uri} label="QR code of the key, for your authenticator app" className="block size-44" />
          </div>
          <div className="hidden pointer-coarse:grid">
            <a href={device.uri} className={buttonClass("secondary")}>
              <Smartphone aria-hidden="true" className="size-4" />
              Open in an app on this phone
            </a>
          </div>
          <div className="flex items-center justify-between gap-3 rounded-lg bg-sunken py-2 pr-2 pl-4">
            <div className="min-w-0">
              <p className="text-xs text-faint">Or type this key</p>
              <code className="code-text text-ink">{grouped(device.secret)}</code>
            </div>
            <CopyButton text={device.secret} what="key" />
          </div>
          {(device.digits !== 6 || device.periodSeconds !== 30) && (
            <p className="text-sm text-muted">
              Typed by hand, set the app to {device.digits} digits and {device.periodSeconds} seconds.
            </p>
          )}
        </li>
        <li>
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (!pending && code.length === device.digits) void run.confirm(state, code);
            }}
          >
            <Field
              id={id}
              label={
                <span className="font-normal">
                  <strong className="font-medium">2.</strong> Type the code that the app shows now
                </span>
              }
              error={error}
            >
              {(ids) => (
                <CodeInput
                  {...ids}
                  ref={input}
                  autoFocus
                  value={code}
                  length={device.digits}
                  readOnly={pending}
                  onValueChange={(typed) => run.dispatch({ type: "code_typed", code: typed })}
                  onComplete={(typed) => void run.confirm(state, typed)}
                />
              )}
            </Field>
            <Button type="submit" tone="primary" size="lg" pending={pending} disabled={!pending && code.length < device.digits}>
              {pending ? "Checking…" : "Add it"}
            </Button>
          </form>
        </li>
      </ol>
    </div>
  );
}

/** "ABCD EFGH …": easier to read across to a phone. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");

function Making({ run, state }: { run: AddFactorRun; state: MakeStep }) {
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!state.pending) button.current?.focus();
  }, [state.pending]);

  return (
    <div className="grid gap-4">
      <p className="text-muted">Your browser asks where to keep the passkey: on this device, on your phone, or on a security key.</p>
      <Button ref={button} tone="primary" size="lg" pending={state.pending} onClick={() => void run.make(state)}>
        {!state.pending && <Fingerprint aria-hidden="true" className="size-5" />}
        {state.pending ? "Waiting for your device…" : "Make the passkey"}
      </Button>
      <div role="alert" className={state.error ? "flex items-start gap-1.5 text-sm text-bad" : "hidden"}>
        {state.error && <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />}
        <span>{state.error}</span>
      </div>
    </div>
  );
}

interface DoneProps {
  state: DoneStep;
  onClose: () => void;
  closeLabel: string;
  onBackup: (kind: FactorKind) => void;
}

function Done({ state, onClose, closeLabel, onBackup }: DoneProps) {
  const heading = useRef<HTMLParagraphElement>(null);
  const { suggestBackup, hint } = state.added;

  useEffect(() => heading.current?.focus(), []);

  return (
    <div className="grid gap-4">
      <p ref={heading} tabIndex={-1} className="flex items-start gap-2.5 outline-none">
        <CircleCheck aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-good" />
        <span className="min-w-0 wrap-anywhere">
          <strong className="font-medium">“{state.name}” is added.</strong> From now on it confirms that it’s you.
        </span>
      </p>
      {hint && <Notice tone="warn">{hint}</Notice>}
      {suggestBackup && (
        <>
          <Notice title="Add a second one as a backup">
            Phones get lost, broken and replaced. With a second one you simply use that, and get in without anybody’s help. Put it on another device than the first.
          </Notice>
          <div className="grid gap-2 sm:grid-cols-2">
            <Button tone="primary" size="lg" onClick={() => onBackup("passkey")}>
              <Fingerprint aria-hidden="true" className="size-5" />
              Add a passkey
            </Button>
            <Button size="lg" onClick={() => onBackup("totp")}>
              <Smartphone aria-hidden="true" className="size-5" />
              Add another app
            </Button>
          </div>
        </>
      )}
      <Button tone={suggestBackup ? "ghost" : "primary"} size="lg" onClick={onClose}>
        {suggestBackup ? `Not now, ${closeLabel.toLowerCase()}` : closeLabel}
      </Button>
    </div>
  );
}
