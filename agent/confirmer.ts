/** Reads the device back after a change, and tells the portal what it holds. */
import type { Backoff } from "@/agent/backoff";
import { Bell } from "@/agent/bell";
import type { Enforcer } from "@/agent/enforcer";
import { type Log, textOf } from "@/agent/log";
import type { PortalClient } from "@/agent/portal-client";
import type { StateStore } from "@/agent/state-store";

export interface ConfirmerParts {
  portal: PortalClient;
  enforcer: Enforcer;
  store: StateStore;
  monotonicNow: () => number;
  backoff: Backoff;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Log;
  onSync: (inSync: boolean) => void;
}

export class Confirmer {
  private readonly bell = new Bell();
  private receivedAt: number;
  /** What the portal was told last, to tell it only news. */
  private told: string | null = null;

  constructor(private readonly parts: ConfirmerParts) {
    this.receivedAt = parts.monotonicNow();
  }

  /** A revision that came at `receivedAt`, by the monotonic clock, is on the device. */
  applied(receivedAt: number): void {
    this.receivedAt = receivedAt;
    this.told = null;
    this.bell.ring();
  }

  /** The device may have changed without a new revision. */
  look(): void {
    this.bell.ring();
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { backoff, pause, log } = this.parts;
    for (;;) {
      try {
        await this.bell.heard(signal);
        await this.confirm(signal);
        backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        if (backoff.calm) log("acknowledgement_failed", { reason: textOf(error) });
        await pause(backoff.next(), signal).catch(() => undefined);
        this.bell.ring();
      }
    }
  }

  private async confirm(signal: AbortSignal): Promise<void> {
    const { portal, enforcer, store, monotonicNow, log, onSync } = this.parts;
    const { receivedAt } = this;
    const startedAt = monotonicNow();
    const snapshot = await enforcer.snapshot();
    const readAt = monotonicNow();
    await this.persist();
    const news = JSON.stringify(snapshot);
    if (news === this.told) return;
    const now = monotonicNow();
    const { acknowledgedRevision, inSync } = await portal.acknowledge(
      { ...snapshot, receivedMsAgo: sinceMs(now, receivedAt), appliedMsAgo: sinceMs(now, enforcer.changedAt) },
      signal,
    );
    if (receivedAt === this.receivedAt) this.told = news;
    log("acknowledged", { revision: snapshot.revision, acknowledgedRevision, inSync, failures: snapshot.failures.length, readMs: sinceMs(readAt, startedAt) });
    onSync(inSync);
    if (store.wantsSnapshot) await enforcer.undisturbed(() => store.save(enforcer.wanted));
  }

  /** What is acknowledged must not be undone by a restart: it is on disk first. */
  private async persist(): Promise<void> {
    const { enforcer, store } = this.parts;
    try {
      await store.durable();
    } catch {
      // The journal failed, as on a full disk: nothing is acknowledged until a whole snapshot is written.
      await enforcer.undisturbed(() => store.save(enforcer.wanted));
    }
  }
}

const sinceMs = (now: number, then: number): number => Math.max(0, Math.round((now - then) * 100) / 100);
