"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { memberApi } from "@/app/_client/member-api";
import { waitText } from "@/app/_client/step-up-advice";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Pill } from "@/lib/ui/pill";
import { DateTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { InvitationView } from "@/lib/usecases/members-view";

/** People who were asked to join, and haven't yet. */
export function Invitations({ subscriptionId, invitations, onChanged }: { subscriptionId: string; invitations: InvitationView[]; onChanged: () => Promise<void> }) {
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();

  async function act({ id, email }: InvitationView, how: "resend" | "withdraw") {
    setPending(`${id} ${how}`);
    try {
      await memberApi[how](subscriptionId, id);
      toast(how === "resend" ? { tone: "good", title: `Mailed to ${email} again`, description: "The links in earlier mails no longer work." } : { tone: "good", title: `The invitation of ${email} is withdrawn` });
    } catch (problem) {
      const { code, message, facts } = toApiError(problem);
      toast({ tone: "bad", title: "That didn’t work", description: code === "not_found" ? "The invitation was accepted or withdrawn meanwhile, or is too old." : `${message}${waitText(facts.retryAfterSeconds)}` });
    } finally {
      await onChanged();
      setPending(null);
    }
  }

  return (
    <Card aria-labelledby="invited">
      <CardHeader title="Invited" titleId="invited" description="They join once they accept, signed in with this address." />
      <ul className="divide-y divide-line">
        {invitations.map((invitation) => (
          <li key={invitation.id} aria-label={invitation.email} className="grid gap-3 px-4 py-4 sm:flex sm:items-center sm:justify-between sm:px-5">
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span className="min-w-0 font-medium wrap-anywhere">{invitation.email}</span>
                <Pill tone={invitation.role === "member" ? "neutral" : "accent"}>{invitation.role}</Pill>
              </p>
              <p className="mt-0.5 text-sm wrap-anywhere text-muted">
                by {invitation.invitedByEmail}, mailed <DateTime iso={invitation.lastSentAt} />, good until <DateTime iso={invitation.expiresAt} />
              </p>
            </div>
            <div className="flex gap-2 sm:shrink-0">
              <Button size="sm" disabled={pending !== null} pending={pending === `${invitation.id} resend`} onClick={() => void act(invitation, "resend")}>
                Mail again<span className="sr-only"> to {invitation.email}</span>
              </Button>
              <Button size="sm" tone="danger-quiet" disabled={pending !== null} pending={pending === `${invitation.id} withdraw`} onClick={() => void act(invitation, "withdraw")}>
                Withdraw<span className="sr-only"> the invitation of {invitation.email}</span>
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
