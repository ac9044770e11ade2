/** Holds a request for news open at the portal, and applies what comes as soon as it comes. */
import type { Backoff } from "@/agent/backoff";
import type { Enforcer } from "@/agent/enforcer";
import { type Log, textOf } from "@/agent/log";
import { type PortalClient, PortalRefused, PortalUnreachable } from "@/agent/portal-client";
import { DeltaMismatch, applyDelta, wantedStateOf } from "@/agent/reconcile";
import type { StateStore } from "@/agent/state-store";
import type { Clock } from "@/lib/core/ports";
import { OFFLINE_AFTER_SECONDS } from "@/lib/protocol/limits";
import type { StateResponse } from "@/lib/protocol/messages";

/** An idle gateway is heard of by this request alone, so it comes again well before silence counts as absence. */
export const WAIT_SECONDS = OFFLINE_AFTER_SECONDS - 5;
/** "Nothing new" sooner than this is an answer that wasn't waited for; asking again at once would be a busy loop. */
const SUSPICIOUSLY_SOON_MS = 500;

export interface PollerParts {
  portal: PortalClient;
  enforcer: Enforcer;
  store: StateStore;
  clock: Clock;
  monotonicNow: () => number;
  backoff: Backoff;
  /** Between full states that the portal asked for by "not in sync". */
  resyncBackoff: Backoff;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Log;
  /** A revision is on the device; `receivedAt` by the monotonic clock. */
  onApplied: (receivedAt: number) => void;
}

export class Poller {
  private resyncing = new AbortController();
  private wantsFull: boolean;
  private nextResyncAt = 0;
  private answering = true;

  /** @param wantsFull ask for everything first: nothing is on disk, or it is another gateway's. */
  constructor(
    private readonly parts: PollerParts,
    wantsFull: boolean,
  ) {
    this.wantsFull = wantsFull;
  }

  /** The portal holds another state than the agent: ask for all of it, but not again and again. */
  resync(): void {
    const now = this.parts.monotonicNow();
    if (now < this.nextResyncAt || this.parts.enforcer.isCompleting) return;
    this.nextResyncAt = now + this.parts.resyncBackoff.next();
    this.parts.log("resync", { revision: this.parts.enforcer.wanted.revision });
    this.wantsFull = true;
    this.resyncing.abort();
    this.resyncing = new AbortController();
  }

  inSync(): void {
    this.parts.resyncBackoff.reset();
    this.nextResyncAt = 0;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const resync = this.resyncing.signal;
      try {
        await this.poll(AbortSignal.any([signal, resync]));
      } catch (error) {
        if (!signal.aborted && !resync.aborted) await this.recover(error, signal);
      }
    }
  }

  private async poll(signal: AbortSignal): Promise<void> {
    const { portal, enforcer, monotonicNow, backoff, pause, log } = this.parts;
    const since = this.wantsFull ? null : enforcer.wanted.revision;
    const askedAt = monotonicNow();
    const response = await portal.state({ since, wait: since === null || !this.answering ? 0 : WAIT_SECONDS }, signal);
    const receivedAt = monotonicNow();
    if (!this.answering) log("portal_reached");
    const waited = this.answering;
    this.answering = true;
    backoff.reset();
    if (response.kind !== "unchanged") await this.take(response, receivedAt);
    else if (response.revision !== since) this.wantsFull = true;
    else if (waited && receivedAt - askedAt < SUSPICIOUSLY_SOON_MS) await pause(SUSPICIOUSLY_SOON_MS, signal);
  }

  private async take(response: Exclude<StateResponse, { kind: "unchanged" }>, receivedAt: number): Promise<void> {
    const { enforcer, store, clock, monotonicNow, onApplied, log } = this.parts;
    const { wanted } = enforcer;
    if (response.kind === "full") {
      await enforcer.cutAll(async () => {
        const next = wantedStateOf(response.revision, response.instances, clock.now(), wanted);
        wanted.revision = next.revision;
        wanted.instances = next.instances;
        await store.save(wanted).catch((error: unknown) => store.fail(error));
      });
      await enforcer.completeAll();
      this.wantsFull = false;
    } else {
      await enforcer.change(() => {
        const plan = applyDelta(wanted, response, clock.now());
        store.append(response);
        return plan;
      });
    }
    const changes = response.kind === "full" ? response.instances.length : response.changes.length;
    log("applied", { kind: response.kind, revision: response.revision, changes, ms: rounded(monotonicNow() - receivedAt) });
    onApplied(receivedAt);
  }

  private async recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { backoff, pause, log } = this.parts;
    if (error instanceof DeltaMismatch) {
      log("delta_mismatch", { reason: error.message });
      this.wantsFull = true;
    } else if (error instanceof PortalRefused || error instanceof PortalUnreachable) {
      if (this.answering) log("portal_lost", { reason: error.message, code: error instanceof PortalRefused ? error.code : null });
      this.answering = false;
    } else {
      log("state_not_applied", { reason: textOf(error) });
      this.wantsFull = true;
    }
    await pause(backoff.next(), signal).catch(() => undefined);
  }
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;
