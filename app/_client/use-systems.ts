"use client";

import { useState } from "react";
import { api } from "@/app/_client/api";
import { isPending } from "@/app/_client/enforcement";
import { usePendingPoll } from "@/app/_client/use-pending-poll";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import type { SystemView } from "@/lib/usecases/system-views";

/** Systems as the portal knows them: asked for again whenever something in the subscription changed. */
export function useSystems(subscriptionId: string, initial: SystemView[], ask: () => Promise<SystemView[]>): { systems: SystemView[]; put: (system: SystemView) => void } {
  const [systems, setSystems] = useState(initial);

  async function refresh() {
    try {
      setSystems(await ask());
    } catch {
      // What is on screen stays; the stream tells of what changes from here.
    }
  }
  useSubscriptionEvents(subscriptionId, { onClient: () => void refresh(), onInstance: () => void refresh(), onConnected: () => void refresh() });
  const waiting = systems.filter(({ client }) => client !== null && isPending(client));
  usePendingPoll(waiting.map(({ id, state }) => `${id} ${state}`).join(), refresh);

  return { systems, put: (system) => setSystems((before) => before.map((one) => (one.id === system.id ? system : one))) };
}

export const askAll = (subscriptionId: string) => async (): Promise<SystemView[]> => (await api.systems(subscriptionId)).items;
export const askOne = (subscriptionId: string, systemId: string) => async (): Promise<SystemView[]> => [await api.system(subscriptionId, systemId)];
