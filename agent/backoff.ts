/**
 * How long to wait after a failure: doubling from `firstMs` to `maxMs`, and each time a random part of it, so that
 * gateways that lost the portal together don't come back together.
 */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly bounds: { firstMs: number; maxMs: number },
    /** Uniform in [0, 1). */
    private readonly random: () => number,
  ) {}

  /** Milliseconds to wait now: between half of the current step and all of it. */
  next(): number {
    const step = Math.min(this.bounds.maxMs, this.bounds.firstMs * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    return step * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.failures = 0;
  }

  /** Whether the last call was a success. */
  get calm(): boolean {
    return this.failures === 0;
  }
}
