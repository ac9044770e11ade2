/**
 * Gateways that wait in this process for news. Should a wake-up ever be lost, one question for all of them together finds who has news:
 * one for each would be thousands of questions every few seconds.
 */
import { movedGateways } from "@/lib/db/gateway-state";
import type { Tx } from "@/lib/db/client";

/** How long a change waits at most when its wake-up was lost. */
const LOOK_EVERY_MS = 5_000;

interface Waiter {
  gatewayId: string;
  since: number;
  wake: () => void;
}

export class WaitingGateways {
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly db: Tx,
    private readonly onTrouble: (message: string) => void,
    private readonly everyMs = LOOK_EVERY_MS,
  ) {}

  get count(): number {
    return this.waiters.size;
  }

  /** @returns the way to stop */
  add(waiter: Waiter): () => void {
    this.waiters.add(waiter);
    this.timer ??= setInterval(() => void this.look(), this.everyMs).unref();
    return () => {
      this.waiters.delete(waiter);
      if (this.waiters.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  }

  /** Wakes those that have news. */
  async look(): Promise<void> {
    const waiting = [...this.waiters];
    try {
      const moved = await movedGateways(this.db, waiting);
      for (const waiter of waiting) if (moved.get(waiter.gatewayId)?.has(waiter.since) && this.waiters.has(waiter)) waiter.wake();
    } catch (error) {
      // The next look asks again; who waits is answered "nothing new" in time in any case.
      this.onTrouble(error instanceof Error ? error.message : String(error));
    }
  }
}
