"use client";

import { useEffect, useState } from "react";
import { LogIn } from "lucide-react";
import { usePathname } from "next/navigation";
import { onSessionEnd } from "@/app/_client/session-end";
import { buttonClass } from "@/lib/ui/button";

/**
 * Says that the session has ended while a page was open: what is on it isn't kept up to date any more. It doesn't leave by
 * itself, since there may be something on the page that is not saved yet.
 */
export function SessionEnded() {
  const [ended, setEnded] = useState(false);
  const path = usePathname();

  useEffect(() => onSessionEnd(() => setEnded(true)), []);

  if (!ended) return null;
  return (
    <div role="alert" className="fixed inset-x-3 bottom-3 z-40 mx-auto flex max-w-xl animate-rise flex-wrap items-center justify-between gap-3 rounded-xl border border-line bg-surface px-4 py-3 shadow-modal">
      <p>
        <strong className="font-medium">Your session ended.</strong> <span className="text-muted">What you see may be out of date.</span>
      </p>
      <a href={`/signin?error=SessionExpired&callbackUrl=${encodeURIComponent(path)}`} className={buttonClass("primary")}>
        <LogIn aria-hidden="true" className="size-4" />
        Sign in again
      </a>
    </div>
  );
}
