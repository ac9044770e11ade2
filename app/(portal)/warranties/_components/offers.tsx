"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { warrantyApi } from "@/app/_client/warranty-api";
import { CoverageBar } from "@/app/_components/coverage-bar";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import type { WarrantyOfferView } from "@/lib/usecases/warranty-views";

/** What others want to hand over. Nothing happens by looking: a button takes it, or doesn't. */
export function Offers({ offers, onAnswered }: { offers: WarrantyOfferView[]; onAnswered: () => Promise<void> }) {
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();

  async function answer(offer: WarrantyOfferView, how: "accept" | "decline") {
    setPending(`${offer.id} ${how}`);
    try {
      await warrantyApi.answerOffer(offer.id, how);
      toast({ tone: "good", title: how === "accept" ? `${offer.model} is yours now` : "The offer is declined" });
    } catch (problem) {
      const error = toApiError(problem);
      toast({ tone: "bad", title: "That didn’t work", description: error.code === "not_found" ? "The offer stands no longer: it was withdrawn, or is too old." : error.message });
    } finally {
      await onAnswered();
      setPending(null);
    }
  }

  return (
    <Card aria-labelledby="offers">
      <CardHeader title="Offered to you" titleId="offers" description="Accept a device only if you know who it comes from." />
      <ul className="divide-y divide-line">
        {offers.map((offer) => (
          <li key={offer.id} aria-label={offer.model} className="grid gap-3 px-4 py-4 sm:px-5">
            <div className="flex flex-wrap items-start justify-between gap-3">
              <div className="min-w-0">
                <p className="font-medium wrap-anywhere">{offer.model}</p>
                <p className="text-sm wrap-anywhere text-muted">
                  <span className="code-text">{offer.serial}</span>, from {offer.fromEmail}
                </p>
              </div>
              <div className="flex gap-2">
                <Button tone="ghost" disabled={pending !== null} pending={pending === `${offer.id} decline`} onClick={() => void answer(offer, "decline")}>
                  Decline
                </Button>
                <Button tone="primary" disabled={pending !== null} pending={pending === `${offer.id} accept`} onClick={() => void answer(offer, "accept")}>
                  Accept
                </Button>
              </div>
            </div>
            <CoverageBar device={offer} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
