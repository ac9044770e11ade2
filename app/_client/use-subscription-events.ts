"use client";

import { useEffect, useEffectEvent } from "react";
import { followSubscription, type SubscriptionEvents } from "./event-stream";

/** Follows a subscription's events for as long as the component is shown. */
export function useSubscriptionEvents(subscriptionId: string, handlers: SubscriptionEvents): void {
  const client = useEffectEvent((clientId: string) => handlers.onClient(clientId));
  const instance = useEffectEvent(() => handlers.onInstance?.());
  const connected = useEffectEvent(() => handlers.onConnected?.());

  useEffect(
    () =>
      followSubscription(subscriptionId, {
        onClient: (clientId) => client(clientId),
        onInstance: () => instance(),
        onConnected: () => connected(),
      }),
    [subscriptionId],
  );
}
