"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { CreditCard } from "lucide-react";
import { useRouter } from "next/navigation";
import { toApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { LongDay } from "@/app/_components/long-day";
import { priceText } from "@/app/_components/plan-words";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import { useLiveSubscription, usePutSubscription } from "../../_components/live-subscription";

/** Paying by card, on the card company's own pages. No card is typed here. */
export function CardPayment({ justPaid }: { /** Back from there. */ justPaid: boolean }) {
  const { id, billing } = useLiveSubscription();
  const { card } = billing;
  const put = usePutSubscription();
  const toast = useToast();
  const router = useRouter();
  const [pending, setPending] = useState(false);

  const ask = useEffectEvent(async () => {
    try {
      put(await billingApi.refreshCard(id));
    } catch (problem) {
      toast({ tone: "bad", title: "The payment is not confirmed yet", description: toApiError(problem).message });
    }
    // The page may be loaded again from here, and asks for nothing then. Said to the router, which would put the address back at its next turn.
    router.replace(location.pathname, { scroll: false });
  });
  useEffect(() => {
    if (justPaid) void ask();
  }, [justPaid]);

  async function leaveFor(where: () => Promise<{ url: string }>) {
    setPending(true);
    try {
      location.assign((await where()).url);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
      setPending(false);
    }
  }

  if (!card.mayPay && !card.mayManage) return null;
  return (
    <Card aria-labelledby="card-title" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <CreditCard aria-hidden="true" strokeWidth={1.5} className="size-7 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="card-title" className="text-lg font-semibold">
          {card.mayPay ? "Pay by card" : "Paid by card"}
        </h2>
        <p className="text-sm text-muted">
          {card.mayPay ? (
            <>
              {priceText(billing.price)}, until you cancel.{" "}
              {card.firstPaymentAt && (
                <>
                  The first payment is on <LongDay iso={card.firstPaymentAt} />.{" "}
                </>
              )}
              You pay on Stripe’s page: this portal never sees your card.
            </>
          ) : card.renewsAt ? (
            <>
              The next payment is on <LongDay iso={card.renewsAt} />. The card and the receipts are on Stripe’s page.
            </>
          ) : (
            "The card and the receipts are on Stripe’s page."
          )}
        </p>
      </div>
      <div className="flex w-full flex-wrap gap-3 sm:w-auto sm:flex-nowrap">
        {card.mayManage && (
          <Button className="w-full whitespace-nowrap sm:w-auto" pending={pending && !card.mayPay} disabled={pending} onClick={() => void leaveFor(() => billingApi.manageCard(id))}>
            Manage payment
          </Button>
        )}
        {card.mayPay && (
          <Button tone="primary" className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => void leaveFor(() => billingApi.payByCard(id))}>
            Pay by card
          </Button>
        )}
      </div>
    </Card>
  );
}
