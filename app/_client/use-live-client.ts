"use client";

import { useRef, useState } from "react";
import type { ClientView } from "@/lib/usecases/views";
import { api } from "./api";
import { isPending } from "./enforcement";
import { usePendingPoll } from "./use-pending-poll";
import { useSubscriptionEvents } from "./use-subscription-events";

/** One client, kept as the portal knows it. `poll`: ask now and then as well, whatever the state. */
export function useLiveClient(subscriptionId: string, initial: ClientView, poll = false): [ClientView, (client: ClientView) => void] {
  const [client, setClient] = useState(initial);
  const refresh = useRefresh(subscriptionId, setClient);

  useSubscriptionEvents(subscriptionId, {
    onClient: (clientId) => {
      if (clientId === initial.id) void refresh(clientId);
    },
    onInstance: () => void refresh(initial.id),
    onConnected: () => void refresh(initial.id),
  });
  usePendingPoll(poll || isPending(client) ? `${client.id} ${client.state}` : "", () => refresh(client.id));
  return [client, setClient];
}

/**
 * Fetches a client's current view. Events may come in bursts: while one request is under way, at most one more waits
 * for it, so that the last answer is never older than the last event.
 */
export function useRefresh(subscriptionId: string, onFetched: (client: ClientView) => void): (clientId: string) => Promise<void> {
  const underWay = useRef(new Map<string, { again: boolean }>());
  return async function refresh(clientId: string): Promise<void> {
    const running = underWay.current.get(clientId);
    if (running) {
      running.again = true;
      return;
    }
    const entry = { again: true };
    underWay.current.set(clientId, entry);
    try {
      while (entry.again) {
        entry.again = false;
        onFetched(await api.client(subscriptionId, clientId));
      }
    } catch {
      // What is on screen stays; the next event, or the poll, asks again.
    } finally {
      underWay.current.delete(clientId);
    }
  };
}
