"use client";

import { createContext, useCallback, useContext, useState, useSyncExternalStore, type ReactNode } from "react";
import type { Zone } from "./time";

/*
 * "Now" for components that show time. The server's render and the browser's first one use the same instant, so that
 * their texts agree; afterwards it ticks. A browser whose clock is wrong by more than half a minute is corrected.
 */
interface ClockSetting {
  serverNow: number;
  /** Server's clock minus the browser's, in milliseconds. */
  offset: number;
}

const ClockContext = createContext<ClockSetting>({ serverNow: 0, offset: 0 });
const NOTICEABLE_MS = 30_000;
const TICK_MS = 1000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

export function ClockProvider({ serverNow, children }: { serverNow: number; children: ReactNode }) {
  const [setting] = useState<ClockSetting>(() => {
    const difference = serverNow - Date.now();
    return { serverNow, offset: Math.abs(difference) > NOTICEABLE_MS ? difference : 0 };
  });
  return <ClockContext value={setting}>{children}</ClockContext>;
}

/** Milliseconds since 1970 by the portal's clock, renewed every `step` milliseconds (a second at the least). */
export function useNow(step: number = TICK_MS): number {
  const { serverNow, offset } = useContext(ClockContext);
  const quantise = useCallback((instant: number) => Math.floor(instant / step) * step, [step]);
  return useSyncExternalStore(
    subscribe,
    () => (step <= TICK_MS ? quantise(Date.now() + offset) : quantise(Date.now() + offset) + (step >> 1)),
    () => serverNow,
  );
}

/** The portal's clock, to be read when something happens: milliseconds since 1970. */
export function useClock(): () => number {
  const { offset } = useContext(ClockContext);
  return useCallback(() => Date.now() + offset, [offset]);
}

const never = (): (() => void) => () => undefined;

/** False on the server and in the browser's first render, true afterwards. */
export function useHydrated(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}

/** "utc" until the browser's own zone can be used without contradicting the server's HTML. */
export function useZone(): Zone {
  return useHydrated() ? "local" : "utc";
}
