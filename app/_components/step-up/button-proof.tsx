"use client";

import { useEffect, useRef } from "react";
import { CircleAlert, Fingerprint, LogIn, type LucideIcon } from "lucide-react";
import type { Proving } from "@/app/_client/step-up-flow";
import { Button } from "@/lib/ui/button";
import type { ProofWords } from "./proof-panel";
import type { ProofRun } from "./use-proof";

type ButtonWay = "passkey" | "provider";

interface Look {
  icon: LucideIcon;
  explains: string;
  waiting: string;
  label: (words: ProofWords) => string;
  start: (run: ProofRun) => void;
}

const LOOKS: Record<ButtonWay, Look> = {
  passkey: {
    icon: Fingerprint,
    explains: "Your device asks for your fingerprint, face or PIN, or to touch your security key.",
    waiting: "Waiting for your passkey…",
    label: ({ submit }) => `${submit} with a passkey`,
    start: (run) => run.provePasskey(),
  },
  provider: {
    icon: LogIn,
    explains: "A window opens where you sign in at your provider once more, with the account that you use here.",
    waiting: "Waiting for your provider…",
    label: () => "Sign in at your provider",
    start: (run) => run.proveAtProvider(),
  },
};

/** One button, and then somebody else's dialog: the browser's own, or a window of the provider. */
export function ButtonProof({ way, run, state, words }: { way: ButtonWay; run: ProofRun; state: Proving; words: ProofWords }) {
  const button = useRef<HTMLButtonElement>(null);
  const { phase, error } = state;
  const { icon: Icon, explains, waiting, label, start } = LOOKS[way];

  useEffect(() => {
    if (phase === "typing") button.current?.focus();
  }, [phase]);

  return (
    <div className="grid gap-3">
      <p className="text-muted">{explains}</p>
      <Button ref={button} tone={words.tone ?? "primary"} size="lg" pending={phase !== "typing"} onClick={() => start(run)}>
        {phase === "typing" && <Icon aria-hidden="true" className="size-5" />}
        {phase === "sending" ? words.pending : phase === "asking" ? waiting : label(words)}
      </Button>
      <div role="alert" className={error ? "flex items-start gap-1.5 text-sm text-bad" : "hidden"}>
        {error && <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />}
        <span>{error}</span>
      </div>
    </div>
  );
}
