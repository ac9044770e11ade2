"use client";

import { useState, type ReactNode } from "react";
import { CircleX } from "lucide-react";
import { toApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { LongDay } from "@/app/_components/long-day";
import { priceText } from "@/app/_components/plan-words";
import { BillingPill } from "@/app/_components/state-pill";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card, Detail } from "@/lib/ui/card";
import { Pill } from "@/lib/ui/pill";
import { useToast } from "@/lib/ui/toast";
import type { SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "../../_components/live-subscription";

const UNTIL: Partial<Record<SubscriptionView["billingState"], string>> = { trial: "Trial ends", active: "Paid until", past_due: "Access ends", cancelled: "Kept until" };

/** Where the subscription stands, and what comes next. */
export function PlanCard() {
  const { planName, billingState, billing } = useLiveSubscription();
  const { renewsAt } = billing.card;
  const paysItself = billingState === "active" && renewsAt !== null;
  return (
    <Card aria-labelledby="plan-title">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-4 sm:px-5">
        <h2 id="plan-title" className="min-w-0 text-xl font-semibold wrap-anywhere">
          {planName}
        </h2>
        {billingState === "active" ? <Pill tone="good">Active</Pill> : <BillingPill state={billingState} />}
      </header>
      <dl className="grid gap-x-8 gap-y-4 px-4 pt-4 pb-5 sm:grid-cols-3 sm:px-5">
        <Detail label="Price">{priceText(billing.price)}</Detail>
        <Detail label={paysItself ? "Next payment" : (UNTIL[billingState] ?? "Ends")}>
          {paysItself ? <LongDay iso={renewsAt} /> : billing.until ? <LongDay iso={billing.until} /> : <span className="text-muted">{billingState === "active" ? "No end" : "–"}</span>}
        </Detail>
        <Detail label="What happens next">
          <NextStep />
        </Detail>
      </dl>
    </Card>
  );
}

function NextStep(): ReactNode {
  const { billingState, billing } = useLiveSubscription();
  const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);
  if (billing.cancelsAtEnd) return `Then nobody can connect. Everything is kept for ${days(billing.retentionDays)} more, and deleted.`;
  if (billingState === "active" && billing.card.renewsAt !== null) return "The card is charged then, and it goes on.";
  switch (billingState) {
    case "pending":
      return "It starts when it is paid for.";
    case "trial":
    case "active":
      if (billing.until === null) return "It goes on until it is cancelled.";
      return billing.graceDays === 0 ? "If it isn’t paid for by then, nobody can connect." : `If it isn’t paid for by then, everything works for ${days(billing.graceDays)} more; then nobody can connect.`;
    case "past_due":
      return "If it isn’t paid for by then, nobody can connect. Nothing is deleted.";
    case "suspended":
      return "It goes on when it is paid for, with the same keys and addresses.";
    case "cancelled":
      return "Then the instance is taken down, and every client revoked.";
    case "ended":
      return "Nothing: it is over.";
  }
}

/** The way out. */
export function Cancel() {
  const { id, name, billingState, billing, may } = useLiveSubscription();
  const put = usePutSubscription();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  // As the portal decides it: what is paid for stays.
  const atEnd = billing.until !== null && (billingState === "trial" || billingState === "active");

  if (!may.cancel || billing.cancelsAtEnd || billingState === "cancelled" || billingState === "ended") return null;

  async function cancel() {
    setPending(true);
    try {
      put(await billingApi.cancel(id));
      toast({ tone: "good", title: "Cancelled" });
    } catch (problem) {
      toast({ tone: "bad", title: "It was not cancelled", description: toApiError(problem).message });
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="cancel-title" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <CircleX aria-hidden="true" strokeWidth={1.5} className="size-7 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="cancel-title" className="text-lg font-semibold">
          Cancel the subscription
        </h2>
        <p className="text-sm text-muted">
          {atEnd ? "It works until the end of what is paid for." : "Nobody can connect from then on."} Everything is kept for {billing.retentionDays} days after that.
        </p>
      </div>
      <Button tone="danger-quiet" className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => setAsking(true)}>
        Cancel it
      </Button>
      <AlertDialog open={asking} onOpenChange={setAsking} title={`Cancel ${name}?`} cancelLabel="Keep it" confirmLabel="Cancel the subscription" onConfirm={() => void cancel()}>
        {atEnd && billing.until ? (
          <p>
            Everything works until <LongDay iso={billing.card.renewsAt ?? billing.until} />. Then all clients are cut off.{billing.card.renewsAt !== null && " Nothing more is taken from the card."}
          </p>
        ) : (
          <p>All clients are cut off at once.</p>
        )}
        <p>Keys, addresses and the log are kept for {billing.retentionDays} days more; until then it can be brought back. After that the instance is taken down for good.</p>
      </AlertDialog>
    </Card>
  );
}
