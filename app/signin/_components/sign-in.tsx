"use client";

import Link from "next/link";
import { useSignIn } from "@/app/_client/use-sign-in";
import type { SignInOptions } from "@/lib/auth/sign-in-options";
import { Notice, type NoticeTone } from "@/lib/ui/notice";
import { CodeStep } from "./code-step";
import { Entering } from "./entering";
import { FactorStep } from "./factor-step";
import { PasswordForm } from "./password-form";
import { StepHeading, StepNotice } from "./step-parts";
import { Ways } from "./ways";

interface SignInProps {
  options: Pick<SignInOptions, "providers" | "password" | "passkey">;
  returnPath: string;
  /** What brought the person here, when something did. */
  arrival: { tone: NoticeTone; title: string; text: string } | null;
}

/** Signing in, by whatever way the portal offers. */
export function SignIn({ options, returnPath, arrival }: SignInProps) {
  const flow = useSignIn("sign_in", returnPath);
  const { step, moved, problem } = flow.state;
  const { providers, password, passkey } = options;
  const back = returnPath === "/" ? "" : `?callbackUrl=${encodeURIComponent(returnPath)}`;

  if (step.name === "entering") return <Entering />;
  if (step.name === "factor") return <FactorStep flow={flow} step={step} submit="Sign in" />;
  if (step.name === "code") {
    return (
      <CodeStep flow={flow} step={step} submit="Sign in">
        We mailed a code to <strong className="font-medium wrap-anywhere text-ink">{step.sentTo}</strong>. Your password was right.
      </CodeStep>
    );
  }
  return (
    <>
      <StepHeading title="Sign in">Manage which machines may reach your cloud instance.</StepHeading>
      {arrival && !moved && !problem && (
        <Notice tone={arrival.tone} role="alert" title={arrival.title} className="mt-6">
          {arrival.text}
        </Notice>
      )}
      <StepNotice flow={flow} />
      <div className="mt-8 grid gap-5">
        <Ways flow={flow} providers={providers} passkey={passkey} returnPath={returnPath} lead={!password} />
        {password && (providers.length > 0 || passkey) && (
          <div className="flex items-center gap-3 text-sm text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">or</div>
        )}
        {password && <PasswordForm flow={flow} resetHref={`/reset${back}`} passkey={passkey} />}
      </div>
      <p className="mt-6 text-sm text-muted">
        {providers.length > 0 && !password && "No account yet? Signing in for the first time makes one."}
        {password && (
          <>
            No account yet?{" "}
            <Link href={`/register${back}`} onClick={flow.carryAddress} className="thumb rounded-sm font-medium text-accent hover:underline">
              Make one
            </Link>
            {providers.length > 0 && <>, or continue above: that makes one as well.</>}
          </>
        )}
      </p>
    </>
  );
}
