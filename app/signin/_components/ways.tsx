"use client";

import { useEffect, useState } from "react";
import { Fingerprint } from "lucide-react";
import { signIn } from "next-auth/react";
import { ProviderIcon } from "@/app/_components/provider-icon";
import type { SignInOptions } from "@/lib/auth/sign-in-options";
import { Button } from "@/lib/ui/button";
import { Notice } from "@/lib/ui/notice";
import type { StepProps } from "./step-parts";

interface WaysProps extends StepProps {
  providers: SignInOptions["providers"];
  passkey: boolean;
  returnPath: string;
  /** There is no form below: a provider that is the only one is what to reach for. */
  lead: boolean;
}

/** Marks in colours of their own, which go on no other. */
const COLOURED: readonly string[] = ["google", "microsoft"];

/** The ways to sign in without typing: one for each identity provider, and a passkey. */
export function Ways({ flow, providers, passkey, returnPath, lead }: WaysProps) {
  /** The provider on the way to, "failed", or null. */
  const [state, setState] = useState<{ leavingTo: string } | "failed" | null>(null);
  const leavingTo = state !== null && state !== "failed" ? state.leavingTo : null;
  const { pending } = flow.state;

  // A page that the back button brings out of the browser's cache is ready again.
  useEffect(() => {
    const ready = () => setState(null);
    window.addEventListener("pageshow", ready);
    return () => window.removeEventListener("pageshow", ready);
  }, []);

  async function leaveTo(id: string) {
    setState({ leavingTo: id });
    try {
      await signIn(id, { callbackUrl: returnPath });
    } catch {
      setState("failed");
    }
  }

  return (
    <div className="grid gap-3">
      {state === "failed" && (
        <Notice tone="bad" role="alert">
          The portal can’t be reached. Check your connection and try again.
        </Notice>
      )}
      {providers.map(({ id, name, icon }) => (
        <Button
          key={id}
          tone={lead && providers.length === 1 && !COLOURED.includes(icon) ? "primary" : "secondary"}
          size="lg"
          pending={leavingTo === id}
          disabled={(leavingTo !== null && leavingTo !== id) || pending === "step"}
          onClick={() => void leaveTo(id)}
          className="w-full"
        >
          {leavingTo !== id && <ProviderIcon icon={icon} name={name} className="size-4.5" />}
          <span className="truncate">Continue with {name}</span>
        </Button>
      ))}
      {passkey && (
        <Button
          tone={lead && providers.length === 0 ? "primary" : "secondary"}
          size="lg"
          pending={pending === "passkey"}
          disabled={leavingTo !== null || pending === "step"}
          onClick={flow.askForPasskey}
          className="w-full"
        >
          {pending !== "passkey" && <Fingerprint aria-hidden="true" strokeWidth={1.75} className="size-4.5" />}
          Sign in with a passkey
        </Button>
      )}
    </div>
  );
}
