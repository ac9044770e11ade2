import type { ReactNode } from "react";
import Link from "next/link";
import { Wordmark } from "@/app/_components/mark";
import { GateScene } from "./gate-scene";

/** The page around signing in, registering and choosing a new password. */
export function SignInFrame({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.15fr)]">
      <main className="flex flex-col px-6 py-6 sm:px-10 sm:py-8">
        <Link href="/signin" aria-label="Portcullis, sign in" className="self-start rounded-md">
          <Wordmark />
        </Link>
        <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-10">{children}</div>
        <p className="text-sm text-faint">Private keys are made in your browser and never reach this portal.</p>
      </main>
      <GateScene />
    </div>
  );
}
