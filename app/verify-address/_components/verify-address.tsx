"use client";

import { useState } from "react";
import { MailCheck } from "lucide-react";
import { signOut } from "next-auth/react";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { ADDRESS_CODE_LENGTH } from "@/app/_client/step-up";
import { ProofPanel, type ProofWords } from "@/app/_components/step-up/proof-panel";
import { useProof } from "@/app/_components/step-up/use-proof";
import { PROOF_TRIES } from "@/lib/core/proof-limits";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Notice } from "@/lib/ui/notice";

const WORDS: ProofWords = { submit: "Confirm", pending: "Confirming…" };

/** Proves an address that the identity provider doesn't vouch for: one mailed code, then on to where one was going. */
export function VerifyAddress({ address, returnPath }: { address: string | null; returnPath: string }) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const run = useProof<void>({
    act: async (proof) => {
      if ("code" in proof) await api.verifyAddress(proof.challengeId, proof.code);
      // A whole new page: everything the server renders depends on the proof. Until it is there, this one stays as it is.
      location.assign(returnPath);
      await new Promise(() => undefined);
    },
    onDone: () => undefined,
  });

  async function ask() {
    setPending(true);
    setError(null);
    try {
      const challenge = await api.requestAddressChallenge();
      run.begin({ ...challenge, triesLeft: PROOF_TRIES, factors: ["mail"], act: "confirm that this e-mail address is yours", details: [], digits: ADDRESS_CODE_LENGTH });
    } catch (problem) {
      setError(toApiError(problem));
    } finally {
      setPending(false);
    }
  }

  const { state } = run;
  return (
    <Card className="w-full max-w-md p-6 sm:p-8">
      <MailCheck aria-hidden="true" strokeWidth={1.5} className="mb-4 size-9 text-accent" />
      <h1 className="text-2xl font-semibold">Confirm your address</h1>
      {state ? (
        <p className="mt-2 text-muted">
          We mailed an eight-digit code to <strong className="font-medium text-ink">{state.sentTo}</strong>. Type it here.
        </p>
      ) : (
        <p className="mt-2 text-muted">
          Your identity provider doesn’t vouch for <strong className="font-medium wrap-anywhere text-ink">{address ?? "your address"}</strong>. We mail you a code to make sure that it is yours.
        </p>
      )}
      {error && (
        <Notice tone="bad" role="alert" className="mt-5">
          {error.message}
        </Notice>
      )}
      <div className="mt-6">
        {state ? (
          <ProofPanel run={run} state={state} words={WORDS} again={{ pending }} onAgain={() => void ask()} />
        ) : (
          <Button tone="primary" size="lg" className="w-full" pending={pending} onClick={() => void ask()}>
            Mail me a code
          </Button>
        )}
      </div>
      <p className="mt-6 border-t border-line pt-4 text-sm text-muted">
        Not you?{" "}
        <button type="button" className="thumb rounded-sm font-medium text-accent hover:underline" onClick={() => void signOut({ callbackUrl: "/signin" })}>
          Sign out
        </button>
      </p>
    </Card>
  );
}
