"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { memberApi } from "@/app/_client/member-api";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { Notice } from "@/lib/ui/notice";
import { DateTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { MembersView } from "@/lib/usecases/members-view";

interface OwnershipOfferProps {
  subscription: { id: string; name: string };
  offer: NonNullable<MembersView["ownershipOffer"]>;
  mayWithdraw: boolean;
  onChanged: () => Promise<void>;
}

/** The subscription is offered to a member: who may take it does so with a proof; its owner may take the offer back. */
export function OwnershipOffer({ subscription, offer, mayWithdraw, onChanged }: OwnershipOfferProps) {
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();

  async function run(act: () => Promise<boolean | null>, done: string) {
    setPending(true);
    try {
      if ((await act()) === null) return;
      toast({ tone: "good", title: done });
      // What one may see and do is another now, in the whole page.
      await onChanged();
    } catch (problem) {
      const error = toApiError(problem);
      toast({ tone: "bad", title: "That didn’t work", description: error.code === "not_found" ? "The offer stands no longer: it was answered or withdrawn, or is too old." : error.message });
      await onChanged();
    } finally {
      setPending(false);
    }
  }

  const accept = () =>
    approve({
      ask: () => memberApi.askOwnership(subscription.id),
      act: async (proof) => {
        await memberApi.takeOwnership(subscription.id, proof);
        return true;
      },
      title: "Take the subscription over?",
      words: { submit: "Take it over", pending: "Taking it over…" },
      rejectOn: ({ code }) => code === "not_found",
    });
  const withdraw = async () => {
    await memberApi.withdrawOffer(subscription.id);
    return true;
  };

  return (
    <>
      <Notice tone="warn" title={offer.mine ? `${offer.fromEmail} wants to hand ${subscription.name} over to you` : `${subscription.name} is offered to ${offer.toEmail}`}>
        <p>
          {offer.mine ? "Once you accept, you own it and answer for what it costs; they become an admin." : "It stays as it is until they accept."} The offer stands until <DateTime iso={offer.expiresAt} />.
        </p>
        <div className="mt-3">
          {offer.mine && (
            <Button tone="primary" size="sm" pending={pending} onClick={() => void run(accept, `You own ${subscription.name} now`)}>
              Accept
            </Button>
          )}
          {!offer.mine && mayWithdraw && (
            <Button size="sm" pending={pending} onClick={() => void run(withdraw, "The offer is withdrawn")}>
              Withdraw
            </Button>
          )}
        </div>
      </Notice>
      {dialog}
    </>
  );
}
