import type { ReactNode } from "react";
import Link from "next/link";
import { Wordmark } from "./mark";

/** A page of its own, for people who aren't signed in yet or went astray. */
export function BareShell({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="px-5 py-4 sm:px-8 sm:py-6">
        <Link href="/" aria-label="Portcullis, home" className="inline-block rounded-md">
          <Wordmark />
        </Link>
      </header>
      <main className="flex flex-1 flex-col items-center justify-center px-4 pt-2 pb-24">{children}</main>
    </div>
  );
}
