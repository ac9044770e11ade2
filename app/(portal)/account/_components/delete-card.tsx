"use client";

import { useEffect, useRef, useState } from "react";
import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { accountApi } from "@/app/_client/account-api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { formatCount } from "@/lib/ui/bytes";
import { Card, CardHeader } from "@/lib/ui/card";
import { Dialog } from "@/lib/ui/dialog";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import type { AccountView } from "@/lib/usecases/views";

/** The end of an account: what it would do, what stands in its way, and the way there. */
export function DeleteCard({ account }: { account: AccountView }) {
  const [gone, setGone] = useState(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { approve, dialog } = useStepUp();
  const { clients, soleOwnerOf } = account.deletion;

  async function remove() {
    setPending(true);
    setError(null);
    try {
      const done = await approve({
        ask: () => accountApi.askStepUp("account.delete"),
        act: (proof) => accountApi.deleteAccount(proof),
        title: "Delete your account?",
        words: { submit: "Delete my account", pending: "Deleting…", tone: "danger" },
        rejectOn: ({ code }) => code === "sole_owner",
      });
      if (done === null) return;
      setGone(true);
      // The cookie is of no more use, and goes too.
      await signOut({ redirect: false }).catch(() => undefined);
    } catch (problem) {
      setError(toApiError(problem).message);
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="delete">
      <CardHeader title="Delete account" titleId="delete" description="For good. Nobody can bring it back." />
      <div className="grid gap-4 px-4 py-5 sm:px-5">
        {soleOwnerOf.length > 0 ? (
          <Notice tone="warn" title="You are the only owner of a subscription">
            <p>Hand it over to another member, or close it, before you delete your account:</p>
            <ul className="mt-2 grid gap-1">
              {soleOwnerOf.map(({ id, name }) => (
                <li key={id}>
                  <Link href={`/subscriptions/${id}/members`} className="thumb rounded-sm font-medium wrap-anywhere text-accent hover:underline">
                    {name}
                    <LinkPending />
                  </Link>
                </li>
              ))}
            </ul>
          </Notice>
        ) : (
          <>
            <div>
              <p>When you delete your account:</p>
              <ul className="mt-1.5 grid list-disc gap-1 pl-5 text-muted">
                <li>
                  {clients === 0 ? "you have no clients, so no machine loses access" : clients === 1 ? "your client is revoked at once, and its machine loses access" : `your ${formatCount(clients)} clients are revoked at once, and their machines lose access`};
                </li>
                <li>you leave every subscription, and are signed out everywhere;</li>
                <li>your ways to sign in, second factors and recovery codes are gone;</li>
                <li>what you did stays in the subscriptions’ logs, under your address.</li>
              </ul>
            </div>
            {error && (
              <Notice tone="bad" role="alert">
                {error}
              </Notice>
            )}
            <div className="flex justify-end">
              <Button tone="danger-quiet" pending={pending} onClick={() => void remove()}>
                Delete my account
              </Button>
            </div>
          </>
        )}
      </div>
      {dialog}
      <Dialog open={gone} onOpenChange={() => undefined} closable={false} title="Your account is deleted">
        <Gone clients={clients} />
      </Dialog>
    </Card>
  );
}

function Gone({ clients }: { clients: number }) {
  const text = useRef<HTMLParagraphElement>(null);

  useEffect(() => text.current?.focus(), []);

  return (
    <div className="grid gap-5">
      <p ref={text} tabIndex={-1} className="flex items-start gap-2.5 outline-none">
        <CircleCheck aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-good" />
        <span className="text-muted">
          {clients === 0 ? "You are signed out everywhere." : "You are signed out everywhere, and your clients are revoked."} A mail to your address confirms it. Thank you for having been here.
        </span>
      </p>
      <Button tone="primary" size="lg" onClick={() => location.assign("/signin")}>
        To the sign-in page
      </Button>
    </div>
  );
}
