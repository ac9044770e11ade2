/** The portal's time of day, by which expiry times are meant, as far as its answers tell it. */
import type { Clock } from "@/lib/core/ports";

/** The portal's Date header has whole seconds, and travels. */
const TOLERATED_MS = 2_000;

export class PortalClock implements Clock {
  private offsetMs = 0;

  constructor(private readonly local: Clock) {}

  /** @param portalTime as of now, to the second. */
  observe(portalTime: Date): void {
    const offset = portalTime.getTime() - this.local.now().getTime();
    this.offsetMs = Math.abs(offset) <= TOLERATED_MS ? 0 : offset;
  }

  now(): Date {
    return new Date(this.local.now().getTime() + this.offsetMs);
  }
}
