"use client";

import type { ReactNode } from "react";
import { AddressField } from "./address-field";
import { StepHeading, StepNotice, Submit, type StepProps } from "./step-parts";

/** The address that a code is mailed to. */
export function AddressStep({ flow, title, text, children }: StepProps & { title: string; text: string; children: ReactNode }) {
  const { pending } = flow.state;
  return (
    <>
      <StepHeading title={title}>{text}</StepHeading>
      <StepNotice flow={flow} />
      <form
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          if (pending === null) flow.sendAddress(String(new FormData(event.currentTarget).get("username")));
        }}
        className="mt-6 grid gap-4"
      >
        <AddressField flow={flow} autoFocus autoComplete="username" />
        <Submit flow={flow}>Mail me a code</Submit>
      </form>
      <p className="mt-6 text-sm text-muted">{children}</p>
    </>
  );
}
