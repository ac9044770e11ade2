/** Every few seconds: put right what is not as it should be, and report. Every second: cut whose time is over. */
import type { Confirmer } from "@/agent/confirmer";
import type { EndpointTrail } from "@/agent/endpoint-trail";
import type { Enforcer } from "@/agent/enforcer";
import { type Log, textOf } from "@/agent/log";
import type { PortalClient } from "@/agent/portal-client";
import type { PortalClock } from "@/agent/portal-clock";
import { type WantedState, lapse, nextExpiry } from "@/agent/reconcile";
import type { Reporter } from "@/agent/reporter";
import type { Rotation } from "@/agent/rotate";
import type { Clock } from "@/lib/core/ports";
import { MAX_INSTANCES } from "@/lib/protocol/limits";
import type { Repair } from "@/lib/protocol/messages";

/** With nothing to tell, the portal still hears of the gateway every so many rounds. */
const SILENT_ROUNDS = 6;
const EXPIRY_STEP_MS = 1_000;
const HANDOVER_STEP_MS = 1_000;
const SAMPLE_STEP_MS = 500;
/** The portal, where it is there, ends a client's time itself and has the cut confirmed like any other: it has the first go. */
const EXPIRY_GRACE_MS = 3_000;

export interface WatchParts {
  portal: PortalClient;
  rotation: Rotation;
  enforcer: Enforcer;
  confirmer: Confirmer;
  reporter: Reporter;
  trail: EndpointTrail;
  /** The gateway's own time. */
  localClock: Clock;
  /** The portal's time, by which peers expire. */
  portalClock: PortalClock;
  monotonicNow: () => number;
  intervalMs: number;
  /** Uniform in [0, 1). */
  random: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Log;
  onSync: (inSync: boolean) => void;
  /** Ends the pause between two rounds. */
  hurry: Hurry;
}

/** Until the signal aborts. A portal that doesn't answer holds up the reports, never the repairs. */
export async function watchDevice(parts: WatchParts, signal: AbortSignal): Promise<void> {
  const { enforcer, confirmer, trail, monotonicNow, intervalMs, random, pause, log, hurry } = parts;
  const reports = new Reports(parts, signal);
  let complained = false;
  while (!signal.aborted) {
    try {
      const readAt = monotonicNow();
      const repairs = await enforcer.repair();
      const readings = enforcer.latestReadings();
      for (const [instanceId, { peers }] of readings) trail.note(instanceId, peers, readAt);
      trail.forgetOthers(new Set(readings.map(([instanceId]) => instanceId)));
      for (const repair of repairs) log("repaired", { ...repair });
      confirmer.look();
      reports.send(repairs);
      complained = false;
    } catch (error) {
      if (!complained) log("watch_failed", { reason: textOf(error) });
      complained = true;
    }
    // Gateways that were started together drift apart.
    await pause(intervalMs * (0.9 + random() / 5), AbortSignal.any([signal, hurry.signal])).catch(() => undefined);
  }
}

/** One report at a time; what a lost one would have told is in the next. */
class Reports {
  private untold: Repair[] = [];
  private told: { digest: string; at: number } | null = null;
  private sending = false;
  private complained = false;

  constructor(
    private readonly parts: WatchParts,
    private readonly signal: AbortSignal,
  ) {}

  send(repairs: readonly Repair[]): void {
    this.untold = [...this.untold, ...repairs].slice(-MAX_INSTANCES);
    if (!this.sending) void this.sendOne();
  }

  private async sendOne(): Promise<void> {
    this.sending = true;
    try {
      await this.report();
      this.complained = false;
    } catch (error) {
      if (!this.complained && !this.signal.aborted) this.parts.log("report_failed", { reason: textOf(error) });
      this.complained = true;
    } finally {
      this.sending = false;
    }
  }

  private async report(): Promise<void> {
    const { portal, rotation, enforcer, reporter, trail, localClock, monotonicNow, intervalMs, onSync } = this.parts;
    const { revision, digest } = await enforcer.snapshot();
    const readings = enforcer.latestReadings();
    const peers = reporter.news(readings, localClock.now());
    const moves = trail.news(monotonicNow(), localClock.now());
    const repairs = this.untold;
    const silent = this.told !== null && monotonicNow() - this.told.at < intervalMs * SILENT_ROUNDS;
    if (silent && peers.length === 0 && moves.length === 0 && repairs.length === 0 && digest === this.told?.digest) return;
    const { inSync, rotateCredential } = await portal.report({ revision, digest, peers, repairs, moves }, this.signal);
    if (rotateCredential) void rotation.run(this.signal);
    reporter.accepted(peers, readings);
    trail.accepted(moves);
    this.told = { digest, at: monotonicNow() };
    this.untold = this.untold.filter((repair) => !repairs.includes(repair));
    onSync(inSync);
  }
}

/** Cuts a pause short. */
export class Hurry {
  private controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  now(): void {
    this.controller.abort();
    this.controller = new AbortController();
  }
}

/** Until the signal aborts: tells the portal at once when a key that waits to take over has shaken hands. */
export async function watchHandovers({ enforcer, hurry, pause, log }: Pick<WatchParts, "enforcer" | "hurry" | "pause" | "log">, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    try {
      const seen = await enforcer.sawHandover(told);
      for (const publicKey of seen) told.add(publicKey);
      if (seen.length > 0) hurry.now();
    } catch (error) {
      // The interface may be coming or going; the next round of repairs says what is wrong with it.
      log("handover_not_read", { reason: textOf(error) });
    }
    await pause(HANDOVER_STEP_MS, signal).catch(() => undefined);
  }
}

/** Until the signal aborts: looks at peers whose endpoint changes about twice a second, at no more than a fifth of the time. */
export async function watchEndpoints({ enforcer, trail, monotonicNow, random, pause, log }: Pick<WatchParts, "enforcer" | "trail" | "monotonicNow" | "random" | "pause" | "log">, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const startedAt = monotonicNow();
    for (const instanceId of trail.restless(startedAt)) {
      try {
        const readAt = monotonicNow();
        const peers = await enforcer.samplePeers(instanceId);
        if (peers !== null) trail.note(instanceId, peers, readAt);
      } catch (error) {
        // The interface may be coming or going; the next round of repairs says what is wrong with it.
        log("endpoints_not_read", { instanceId, reason: textOf(error) });
      }
    }
    // Uneven, so that no machine's own beat hides behind it.
    const step = Math.max(SAMPLE_STEP_MS, 4 * (monotonicNow() - startedAt));
    await pause(step * (0.7 + random() * 0.6), signal).catch(() => undefined);
  }
}

/** Until the signal aborts. Needs no portal. */
export async function watchExpiry(parts: Pick<WatchParts, "enforcer" | "portalClock" | "pause" | "log">, signal: AbortSignal): Promise<void> {
  const { enforcer, portalClock, pause, log } = parts;
  const { wanted } = enforcer;
  const overBy = (): Date => new Date(portalClock.now().getTime() - EXPIRY_GRACE_MS);
  // A full state may come at the same revision, and bring back whose time was thought to be over.
  let known: WantedState | null = null;
  let next: Date | null = null;
  while (!signal.aborted) {
    portalClock.tick();
    if (known?.revision !== wanted.revision || known.instances !== wanted.instances) {
      next = nextExpiry(wanted);
      known = { ...wanted };
    }
    if (next !== null && next <= overBy()) {
      await enforcer.change(() => {
        const over = overBy();
        const plan = lapse(wanted, over);
        portalClock.reached(over);
        for (const { instanceId, peers } of plan.cut) log("expired", { instanceId, peers: peers.length });
        return plan;
      });
      known = null;
      continue;
    }
    const untilNext = next === null ? EXPIRY_STEP_MS : next.getTime() - overBy().getTime();
    await pause(Math.min(EXPIRY_STEP_MS, Math.max(1, untilNext)), signal).catch(() => undefined);
  }
}
