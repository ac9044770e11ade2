"use client";

import { Failure } from "@/app/_components/failure";
import { BareShell } from "@/app/_components/shell-bare";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <BareShell>
      <Failure reference={error.digest ?? null} onRetry={reset} />
    </BareShell>
  );
}
