"use client";

import Link from "next/link";
import { useSignIn } from "@/app/_client/use-sign-in";
import { AddressStep } from "@/app/signin/_components/address-step";
import { CodeStep } from "@/app/signin/_components/code-step";
import { Entering } from "@/app/signin/_components/entering";
import { FactorStep } from "@/app/signin/_components/factor-step";
import { NewPasswordStep } from "@/app/signin/_components/new-password-step";

/** Making an account: address, mailed code, password, and in. The same for an address that has one: its owner learns that from the mail. */
export function Register({ returnPath, signInHref }: { returnPath: string; signInHref: string }) {
  const flow = useSignIn("register", returnPath);
  const { step } = flow.state;
  switch (step.name) {
    case "start":
      return (
        <AddressStep flow={flow} title="Make an account" text="First we make sure that the address is yours.">
          You have one?{" "}
          <Link href={signInHref} onClick={flow.carryAddress} className="thumb rounded-sm font-medium text-accent hover:underline">
            Sign in
          </Link>
        </AddressStep>
      );
    case "code":
      return (
        <CodeStep flow={flow} step={step} submit="Continue">
          We sent a mail to <strong className="font-medium wrap-anywhere text-ink">{flow.state.email.trim() || step.sentTo}</strong>. Type the code that is in it; if there is none, it says what to do instead.
        </CodeStep>
      );
    case "factor":
      return <FactorStep flow={flow} step={step} submit="Continue" />;
    case "password":
      return <NewPasswordStep flow={flow} title="Choose a password" text="The address is yours. A password, and your account is made." submit="Make the account" named />;
    case "entering":
      return <Entering />;
  }
}
