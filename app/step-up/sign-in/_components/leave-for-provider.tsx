"use client";

import { useEffect, useRef, useState } from "react";
import { signIn } from "next-auth/react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { rememberChallenge, tellOpener } from "@/app/_client/step-up-provider";
import { Card } from "@/lib/ui/card";
import { Notice } from "@/lib/ui/notice";
import { Spinner } from "@/lib/ui/spinner";

/** Goes on to the provider, which is told to ask for the sign-in anew. */
export function LeaveForProvider() {
  const [problem, setProblem] = useState<string | null>(null);
  const left = useRef(false);

  useEffect(() => {
    if (left.current) return;
    left.current = true;
    const challengeId = location.hash.slice(1);
    void (async () => {
      try {
        rememberChallenge(challengeId);
        const { provider } = await api.freshSignIn(challengeId);
        await signIn(provider.id, { callbackUrl: "/step-up/done" }, { prompt: "login", max_age: "0" });
      } catch (error) {
        tellOpener("unreachable");
        setProblem(toApiError(error).message);
      }
    })();
  }, []);

  return (
    <Card className="w-full max-w-sm p-6">
      {problem ? (
        <Notice tone="bad" role="alert" title="Your provider can’t be asked">
          {problem}
        </Notice>
      ) : (
        <p role="status" className="flex items-center justify-center gap-3 text-muted">
          <Spinner />
          Taking you to your provider…
        </p>
      )}
    </Card>
  );
}
