/** Lets one loop wait until another has something for it; a ring that nobody waits for is not lost. */
export class Bell {
  private rung = false;
  private listener: (() => void) | null = null;

  ring(): void {
    this.rung = true;
    this.listener?.();
  }

  /** Resolves at the next ring, or at once if there was one since the last call. Rejects when the signal aborts. */
  async heard(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.rung) {
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => reject(signal.reason as Error);
        signal.addEventListener("abort", stop, { once: true });
        this.listener = () => {
          signal.removeEventListener("abort", stop);
          resolve();
        };
      });
      this.listener = null;
    }
    this.rung = false;
  }
}
