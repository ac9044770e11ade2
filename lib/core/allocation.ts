/**
 * Which host index a new client gets. The rule alone: lib/db keeps the state that it decides on, under the instance's
 * row lock.
 *
 * Indexes never used come first, in order; then those released, longest rested first. An address rests for a day, so
 * that what was meant for one machine (a stale route, a firewall rule, a log entry) doesn't fall to the next.
 */
import { FIRST_CLIENT_HOST_INDEX } from "@/lib/core/subnet";

export const REST_MS = 24 * 60 * 60 * 1000;

export interface AllocatorState {
  /** The lowest index that was never given out; FIRST_CLIENT_HOST_INDEX at the start. */
  nextFresh: number;
  /** As `clientCapacity` counts it: the last usable index is capacity + 1. */
  capacity: number;
  /** Of the released indexes that nobody holds, the one released first. */
  oldestReleased: { hostIndex: number; releasedAt: Date } | null;
  now: Date;
}

export type Choice =
  | { kind: "fresh"; hostIndex: number }
  | { kind: "reused"; hostIndex: number }
  /** `availableAt`: when the next resting index may be used; null when every one of them is held. */
  | { kind: "full"; availableAt: Date | null };

export function chooseHostIndex({ nextFresh, capacity, oldestReleased, now }: AllocatorState): Choice {
  if (nextFresh < FIRST_CLIENT_HOST_INDEX + capacity) return { kind: "fresh", hostIndex: nextFresh };
  if (oldestReleased === null) return { kind: "full", availableAt: null };
  const availableAt = new Date(oldestReleased.releasedAt.getTime() + REST_MS);
  return availableAt <= now ? { kind: "reused", hostIndex: oldestReleased.hostIndex } : { kind: "full", availableAt };
}
