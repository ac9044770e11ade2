"use client";

import Link from "next/link";
import { useSignIn } from "@/app/_client/use-sign-in";
import { AddressStep } from "@/app/signin/_components/address-step";
import { CodeStep } from "@/app/signin/_components/code-step";
import { Entering } from "@/app/signin/_components/entering";
import { FactorStep } from "@/app/signin/_components/factor-step";
import { NewPasswordStep } from "@/app/signin/_components/new-password-step";

/** A new password for who forgot theirs: address, mailed code, a second factor where there is one, password, and in. */
export function Reset({ returnPath, signInHref }: { returnPath: string; signInHref: string }) {
  const flow = useSignIn("reset", returnPath);
  const { step } = flow.state;
  switch (step.name) {
    case "start":
      return (
        <AddressStep flow={flow} title="Choose a new password" text="We mail you a code; with it you choose a new one. Your second factor, if you have one, is asked for too.">
          You remember it after all?{" "}
          <Link href={signInHref} onClick={flow.carryAddress} className="thumb rounded-sm font-medium text-accent hover:underline">
            Sign in
          </Link>
        </AddressStep>
      );
    case "code":
      return (
        <CodeStep flow={flow} step={step} submit="Continue">
          We sent a mail to <strong className="font-medium wrap-anywhere text-ink">{step.sentTo}</strong>. Type the code that is in it; if there is none, it says what to do instead.
        </CodeStep>
      );
    case "factor":
      return <FactorStep flow={flow} step={step} submit="Continue" />;
    case "password":
      return <NewPasswordStep flow={flow} title="Choose a new password" text="Everything that is signed in with the old one is signed out." submit="Set the password and sign in" named={false} />;
    case "entering":
      return <Entering />;
  }
}
