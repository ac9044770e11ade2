"use client";

import { useRouter } from "next/navigation";
import { createContext, useContext, useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import type { SubscriptionView } from "@/lib/usecases/views";

const LiveSubscriptionContext = createContext<SubscriptionView | null>(null);
const PutSubscriptionContext = createContext<(subscription: SubscriptionView) => void>(() => {});

/** A gateway that falls silent sends no event: now and then, ask. */
const ASK_EVERY_MS = 15_000;

/** Keeps a subscription as the portal knows it, for all parts of its page. */
export function LiveSubscription({ initial, children }: { initial: SubscriptionView; children: ReactNode }) {
  const [subscription, setSubscription] = useState(initial);
  const router = useRouter();
  // The banners, and what goes with it, are the server's part of the page.
  const said = bannersOf(subscription);
  const shown = bannersOf(initial);
  useEffect(() => {
    if (said !== shown) router.refresh();
  }, [said, shown, router]);

  async function refresh() {
    try {
      setSubscription(await api.subscription(initial.id));
    } catch (problem) {
      // Two factors are required now: the page, asked for again, leads there. Otherwise what is on screen stays until the next event.
      if (toApiError(problem).code === "two_factor_required") location.reload();
    }
  }
  const ask = useEffectEvent(() => {
    if (document.visibilityState === "visible") void refresh();
  });
  useSubscriptionEvents(initial.id, { onClient: () => void refresh(), onInstance: () => void refresh(), onConnected: () => void refresh() });
  useEffect(() => {
    const timer = setInterval(() => ask(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  return (
    <LiveSubscriptionContext value={subscription}>
      <PutSubscriptionContext value={setSubscription}>{children}</PutSubscriptionContext>
    </LiveSubscriptionContext>
  );
}

const bannersOf = ({ billingState, billing, lapsed }: SubscriptionView): string => `${billingState} ${billing.until} ${billing.cancelsAtEnd} ${lapsed?.since}`;

/** @throws Error outside of LiveSubscription */
export function useLiveSubscription(): SubscriptionView {
  const subscription = useContext(LiveSubscriptionContext);
  if (subscription === null) throw new Error("useLiveSubscription needs LiveSubscription around it.");
  return subscription;
}

/** For what an act answered: shown at once, without asking again. */
export const usePutSubscription = (): ((subscription: SubscriptionView) => void) => useContext(PutSubscriptionContext);
