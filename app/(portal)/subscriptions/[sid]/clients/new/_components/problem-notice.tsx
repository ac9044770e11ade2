"use client";

import Link from "next/link";
import { adviceFor } from "@/app/_client/advice";
import type { Problem } from "@/app/_client/step-up-flow";
import type { Way } from "@/app/_client/step-up";
import { buttonClass } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";

interface ProblemNoticeProps {
  problem: Problem;
  subscriptionId: string;
  way?: Way;
  /** Where to go on after signing in, or showing a second factor; the page that adds a client when left out. */
  backTo?: string;
}

/** What went wrong, what it means, and the one thing to do next. */
export function ProblemNotice({ problem, subscriptionId, way: proof, backTo = `/subscriptions/${subscriptionId}/clients/new` }: ProblemNoticeProps) {
  const { title, next, way } = adviceFor(problem, proof);
  return (
    <Notice
      tone={way === "code" || way === "wait" ? "warn" : "bad"}
      role="alert"
      title={title}
      actions={
        way === "clients" ? (
          <Link href={`/subscriptions/${subscriptionId}`} className={buttonClass("secondary")}>
            See the clients
            <LinkPending />
          </Link>
        ) : way === "sign-in" ? (
          <a href={`/signin?error=SessionExpired&callbackUrl=${encodeURIComponent(backTo)}`} className={buttonClass("primary")}>
            Sign in again
          </a>
        ) : way === "two-factor" ? (
          <a href={`/security/two-factor?callbackUrl=${encodeURIComponent(backTo)}`} className={buttonClass("primary")}>
            Show a second factor
          </a>
        ) : undefined
      }
    >
      {next}
    </Notice>
  );
}
