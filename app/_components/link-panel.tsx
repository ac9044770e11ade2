"use client";

import { useEffect, useRef, type ReactNode } from "react";
import { Link2Off, UserRoundX, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Loading, Skeleton } from "@/lib/ui/skeleton";

/** What a mailed link leads to, as one card. focus: it took the place of another one, and is read out. */
export function LinkPanel({ icon: Icon, title, focus = false, children }: { icon: LucideIcon; title: string; focus?: boolean; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <Card className="w-full max-w-md p-6 sm:p-8">
      <Icon aria-hidden="true" strokeWidth={1.5} className="mb-4 size-9 text-accent" />
      <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold wrap-anywhere outline-none">
        {title}
      </h1>
      <div className="mt-2 grid gap-3 text-muted">{children}</div>
    </Card>
  );
}

/** Until the address bar is read, and what the link is about. @param label for who can't see it */
export function LinkOpening({ label }: { label: string }) {
  return (
    <Card className="w-full max-w-md p-6 sm:p-8">
      <Loading label={label} className="grid gap-3">
        <Skeleton className="size-9" />
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="mt-3 h-11 w-full" />
      </Loading>
    </Card>
  );
}

/** The page was opened by no link, or by half of one. */
export const LinkIncomplete = () => (
  <LinkPanel icon={Link2Off} title="Open the link in the mail">
    <p>This page needs the whole link from the mail. Go back to the mail and open the link again.</p>
  </LinkPanel>
);

/** @param sentTo the address that the mail went to, masked */
export const LinkForAnother = ({ title, sentTo, signedIn }: { title: string; sentTo: string; signedIn: string | null }) => (
  <LinkPanel icon={UserRoundX} title={title} focus>
    <p>
      It was mailed to {sentTo}, and you are signed in as <strong className="font-medium wrap-anywhere text-ink">{signedIn}</strong>. Sign out, and open the link in the mail again to sign in with that address.
    </p>
    <LinkHome />
  </LinkPanel>
);

export const LinkHome = () => (
  <div className="mt-3">
    <Link href="/" className={buttonClass("secondary")}>
      To your subscriptions
    </Link>
  </div>
);
