"use client";

import { Failure } from "@/app/_components/failure";
import { BareShell } from "@/app/_components/shell-bare";
import "./globals.css";

/** Stands in for the whole document when the root layout itself couldn't be made. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Something went wrong · Portcullis</title>
        <BareShell>
          <Failure reference={error.digest ?? null} onRetry={reset} />
        </BareShell>
      </body>
    </html>
  );
}
