"use client";

import { useNow } from "@/lib/ui/clock";

/**
 * Milliseconds left until an instant (milliseconds since 1970), second by second; 0 only once it has surely passed. Whole
 * seconds but for the last one, which lasts until the end, so that a countdown never starts a second too high.
 */
export function useCountdown(until: number): number {
  const left = until - useNow();
  return left <= 0 ? 0 : Math.max(1, left - 999);
}
