"use client";

import { useState } from "react";
import { usePathname } from "next/navigation";
import { signOut } from "next-auth/react";
import { Button } from "@/lib/ui/button";
import { Notice } from "@/lib/ui/notice";
import type { SubscriptionView } from "@/lib/usecases/views";

/** On all of a subscription's pages, for who has to sign in again: why nothing connects, and the button that mends it. */
export function SignInBanner({ subscription: { lapsed, signInDays } }: { subscription: SubscriptionView }) {
  const [leaving, setLeaving] = useState(false);
  const path = usePathname();
  if (lapsed === null) return null;

  async function leave() {
    setLeaving(true);
    // The sign-in page is for who isn't signed in, and leads back here.
    await signOut({ callbackUrl: `/signin?callbackUrl=${encodeURIComponent(path)}` }).catch(() => setLeaving(false));
  }

  return (
    <Notice
      tone="warn"
      title="Sign in again to bring your machines back"
      className="mb-5"
      actions={
        <Button size="sm" pending={leaving} onClick={() => void leave()}>
          Sign in again
        </Button>
      }
    >
      This subscription asks its members to sign in {signInDays === null || signInDays === 1 ? "every day" : `every ${signInDays} days`}
      {lapsed.withProvider ? ", through their provider" : ""}. Your machines can’t connect until you do; then the same keys and addresses work.
    </Notice>
  );
}
