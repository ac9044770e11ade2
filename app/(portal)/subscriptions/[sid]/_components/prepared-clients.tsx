"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { enrolmentApi } from "@/app/_client/enrolment-api";
import { waitText } from "@/app/_client/step-up-advice";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Pill } from "@/lib/ui/pill";
import { DateTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { EnrolmentView } from "@/lib/usecases/enrolments-view";

/** Clients that were prepared for somebody, and have no key yet. Nothing where none waits. */
export function PreparedClients({ subscriptionId, initial, className }: { subscriptionId: string; initial: EnrolmentView[]; className?: string }) {
  const [items, setItems] = useState(initial);
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();

  async function refresh() {
    try {
      setItems((await enrolmentApi.list(subscriptionId)).items);
    } catch {
      // What is on screen stays until the next event: each button asks the portal again.
    }
  }
  useSubscriptionEvents(subscriptionId, { onClient: () => void refresh(), onInstance: () => void refresh(), onConnected: () => void refresh() });

  async function act({ id, email, nickname }: EnrolmentView, how: "resend" | "withdraw") {
    setPending(`${id} ${how}`);
    try {
      await enrolmentApi[how](subscriptionId, id);
      toast(how === "resend" ? { tone: "good", title: `Mailed to ${email} again`, description: "The links in earlier mails no longer work." } : { tone: "good", title: `${nickname} is withdrawn`, description: "Its link opens nothing any more." });
    } catch (problem) {
      const { code, message, facts } = toApiError(problem);
      toast({ tone: "bad", title: "That didn’t work", description: code === "not_found" ? "It was added or withdrawn meanwhile, or its link is too old." : `${message}${waitText(facts.retryAfterSeconds)}` });
    } finally {
      await refresh();
      setPending(null);
    }
  }

  if (items.length === 0) return null;
  return (
    <Card aria-labelledby="prepared" {...(className === undefined ? {} : { className })}>
      <CardHeader title="Prepared" titleId="prepared" description="No access yet: each becomes a client once its owner adds it, with the link that was mailed." />
      <ul className="divide-y divide-line">
        {items.map((item) => (
          <li key={item.id} aria-label={item.nickname} className="grid gap-3 px-4 py-4 sm:flex sm:items-center sm:justify-between sm:px-5">
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span className="min-w-0 font-medium wrap-anywhere">{item.nickname}</span>
                <Pill tone="warn">{item.mine ? "waiting for you" : "waiting"}</Pill>
              </p>
              <p className="mt-0.5 text-sm wrap-anywhere text-muted">
                {item.mine ? "Open the link in the mail to add it." : <>waiting for {item.email}</>} · prepared by {item.preparedByEmail}, mailed <DateTime iso={item.lastSentAt} />, link good until <DateTime iso={item.expiresAt} />
                {item.endsAt !== null && (
                  <>
                    {" "}
                    · access ends <DateTime iso={item.endsAt} />
                  </>
                )}
              </p>
            </div>
            <div className="flex gap-2 empty:hidden sm:shrink-0">
              {item.may.resend && (
                <Button size="sm" disabled={pending !== null} pending={pending === `${item.id} resend`} onClick={() => void act(item, "resend")}>
                  Mail again<span className="sr-only"> the link for {item.nickname}</span>
                </Button>
              )}
              {item.may.withdraw && (
                <Button size="sm" tone="danger-quiet" disabled={pending !== null} pending={pending === `${item.id} withdraw`} onClick={() => void act(item, "withdraw")}>
                  Withdraw<span className="sr-only"> {item.nickname}</span>
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
