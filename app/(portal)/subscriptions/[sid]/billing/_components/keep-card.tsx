"use client";

import { useState } from "react";
import { Undo2 } from "lucide-react";
import { toApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { LongDay } from "@/app/_components/long-day";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import { useLiveSubscription, usePutSubscription } from "../../_components/live-subscription";

/** The way back from a cancellation, as long as there is one. */
export function KeepCard() {
  const { id, billingState, billing, may } = useLiveSubscription();
  const put = usePutSubscription();
  const toast = useToast();
  const [pending, setPending] = useState(false);
  if (!may.keep || billing.until === null || (!billing.cancelsAtEnd && billingState !== "cancelled")) return null;

  async function keep() {
    setPending(true);
    try {
      put(await billingApi.keep(id));
      toast({ tone: "good", title: "It is kept" });
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="keep-title" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <Undo2 aria-hidden="true" strokeWidth={1.5} className="size-7 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="keep-title" className="text-lg font-semibold">
          Keep the subscription
        </h2>
        <p className="text-sm text-muted">
          {billing.cancelsAtEnd ? (
            <>
              You can take the cancellation back until <LongDay iso={billing.until} />. Then it goes on as if nothing had been.
            </>
          ) : (
            <>
              Everything is deleted on <LongDay iso={billing.until} />. Kept, it stays, and works again when it is paid for.
            </>
          )}
        </p>
      </div>
      <Button tone="primary" className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => void keep()}>
        Keep it
      </Button>
    </Card>
  );
}
