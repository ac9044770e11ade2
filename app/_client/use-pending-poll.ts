"use client";

import { useEffect, useEffectEvent } from "react";

const FIRST_MS = 400;
const LAST_MS = 15_000;

/**
 * Asks again while something waits for its gateway, ever more slowly: the event stream tells sooner, this is for when it
 * can't (a proxy that holds streams back, a page without one). `waiting` changes when what is awaited does.
 */
export function usePendingPoll(waiting: string, ask: () => Promise<void>): void {
  const askNow = useEffectEvent(ask);

  useEffect(() => {
    if (waiting === "") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    let delay = FIRST_MS;
    async function round() {
      await askNow().catch(() => undefined);
      delay = Math.min(delay * 1.6, LAST_MS);
      if (!stopped) timer = setTimeout(() => void round(), delay);
    }
    timer = setTimeout(() => void round(), delay);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [waiting]);
}
