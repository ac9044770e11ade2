"use client";

import { useEffect, useRef, type Dispatch } from "react";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { EndChoice } from "@/app/_client/end-choice";
import type { IssueEvent, NameStep as Naming } from "@/app/_client/issue-flow";
import { EndField } from "@/app/_components/end-field";
import { NICKNAME_MAX_LENGTH } from "@/lib/core/nickname";
import { Button, buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { cx } from "@/lib/ui/cx";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { LinkPending } from "@/lib/ui/link-pending";
import type { FlowInstance } from "../../_components/connect-step";
import { ProblemNotice } from "./problem-notice";

interface NameStepProps {
  state: Naming;
  dispatch: Dispatch<IssueEvent>;
  subscriptionId: string;
  instance: FlowInstance;
  /** The approval will be a mailed code. */
  byMail: boolean;
  /** Days that a client gets at a time; null: any. */
  maxClientDays: number | null;
  /** Of the clients that the subscription allows each member; null: it doesn't limit them. */
  usage: { used: number; most: number } | null;
  onSubmit: (nickname: string, ownKey: string, end: EndChoice) => Promise<void>;
}

export function NameStep({ state, dispatch, subscriptionId, instance, byMail, maxClientDays, usage, onSubmit }: NameStepProps) {
  const nickname = useRef<HTMLInputElement>(null);
  const { nicknameError, usesOwnKey } = state;
  const length = [...state.nickname].length;

  useEffect(() => {
    if (nicknameError !== null) nickname.current?.focus();
  }, [nicknameError]);

  return (
    <Card className="p-5 sm:p-7">
      <h1 className="text-2xl font-semibold">Add a client</h1>
      <p className="mt-1.5 text-muted">
        One machine that may reach <strong className="font-medium text-ink">{instance.name}</strong>. Each laptop, phone or server gets its own.
      </p>
      {usage && (
        <p className={cx("tabular mt-1.5 text-sm", usage.used >= usage.most ? "font-medium text-warn" : "text-muted")}>
          You have {usage.used} of {usage.most} {usage.most === 1 ? "client" : "clients"} that each member may have here.
        </p>
      )}
      <form
        noValidate
        className="mt-6 grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!state.pending) void onSubmit(state.nickname, usesOwnKey ? state.ownKey : "", state.end);
        }}
      >
        {state.problem && <ProblemNotice problem={state.problem} subscriptionId={subscriptionId} />}
        <Field
          id="nickname"
          label="Nickname"
          error={nicknameError}
          hint="What you’ll look for on the day it has to be cut off: “Sam’s laptop”, “Office iMac”, “Backup server”."
          aside={
            <span className={cx("tabular text-xs", length > NICKNAME_MAX_LENGTH ? "font-medium text-bad" : "text-faint")}>
              <span aria-hidden="true">
                {length}/{NICKNAME_MAX_LENGTH}
              </span>
              <span className="sr-only">{`${length} of ${NICKNAME_MAX_LENGTH} characters`}</span>
            </span>
          }
        >
          {(ids) => (
            <Input
              {...ids}
              ref={nickname}
              autoFocus
              required
              autoComplete="off"
              spellCheck={false}
              placeholder="Sam’s laptop"
              value={state.nickname}
              onChange={(event) => dispatch({ type: "nickname_typed", nickname: event.currentTarget.value })}
            />
          )}
        </Field>
        <EndField label="Access ends" value={state.end} error={state.endError} maxDays={maxClientDays} onValueChange={(end) => dispatch({ type: "end_chosen", end })} />
        <div>
          <button
            type="button"
            aria-expanded={usesOwnKey}
            aria-controls="own-key-panel"
            onClick={() => dispatch({ type: "own_key_shown", shown: !usesOwnKey })}
            className="thumb -ml-1 inline-flex items-center gap-1 rounded-md px-1 text-sm font-medium text-muted hover:text-ink"
          >
            <ChevronRight aria-hidden="true" className={cx("size-4 transition-transform duration-150", usesOwnKey && "rotate-90")} />I have my own public key
          </button>
          <div id="own-key-panel" hidden={!usesOwnKey} className="mt-3">
            {usesOwnKey && (
              <Field
                id="own-key"
                label="Public key"
                error={state.ownKeyError}
                hint={
                  <>
                    What <code className="code-text">wg pubkey</code> prints on your machine. The private key stays there; you put it into the config yourself.
                  </>
                }
              >
                {(ids) => (
                  <Input
                    {...ids}
                    autoFocus
                    autoComplete="off"
                    autoCapitalize="none"
                    autoCorrect="off"
                    spellCheck={false}
                    className="font-mono"
                    placeholder="44 characters, ending in ="
                    value={state.ownKey}
                    onChange={(event) => dispatch({ type: "own_key_typed", ownKey: event.currentTarget.value })}
                  />
                )}
              </Field>
            )}
          </div>
        </div>
        <div className="flex flex-col-reverse gap-2 border-t border-line pt-5 sm:flex-row sm:items-center sm:justify-end">
          <Link href={`/subscriptions/${subscriptionId}`} className={buttonClass("ghost", "md")}>
            Cancel
            <LinkPending />
          </Link>
          <Button type="submit" tone="primary" pending={state.pending}>
            {byMail ? (state.pending ? "Mailing your code…" : "Mail me a code") : "Continue"}
          </Button>
        </div>
      </form>
    </Card>
  );
}
