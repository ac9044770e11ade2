/** Puts the parts together: rebuild the device from disk, then enrol if need be, then follow the portal until told to stop. */
import { setTimeout as delay } from "node:timers/promises";
import { Backoff } from "@/agent/backoff";
import { Confirmer } from "@/agent/confirmer";
import { detectWireGuard } from "@/agent/device/detect";
import { WireGuardDevice } from "@/agent/device/wireguard";
import { EndpointTrail } from "@/agent/endpoint-trail";
import { Enforcer } from "@/agent/enforcer";
import { ensureEnrolled } from "@/agent/enrol";
import { makePrivateFolder } from "@/agent/files";
import { HOOK_PATIENCE_MS, hookRetryMs, Hooks } from "@/agent/hooks";
import { type Identity, IdentityStore } from "@/agent/identity";
import { InstanceKeys } from "@/agent/instance-keys";
import { type Log, textOf } from "@/agent/log";
import { Poller } from "@/agent/poller";
import { PortalClient } from "@/agent/portal-client";
import { KnownTimeFile, PortalClock } from "@/agent/portal-clock";
import { PresharedKeys } from "@/agent/preshared-keys";
import { Reporter } from "@/agent/reporter";
import { wantedStateOf } from "@/agent/reconcile";
import { Rotation } from "@/agent/rotate";
import type { Settings } from "@/agent/settings";
import type { Tools } from "@/agent/tools/tools";
import { StateStore } from "@/agent/state-store";
import { Hurry, watchDevice, watchEndpoints, watchExpiry, watchHandovers } from "@/agent/watch";
import type { Uptime } from "@/agent/uptime";
import { AGENT_VERSION } from "@/agent/version";
import type { Clock } from "@/lib/core/ports";

/** The portal restarts in a second or two; gateways find it again soon, and not all at once. */
const PORTAL_BACKOFF = { firstMs: 200, maxMs: 15_000 };
const RESYNC_BACKOFF = { firstMs: 1_000, maxMs: 300_000 };

export interface Surroundings {
  log: Log;
  tools: Tools;
  clock: Clock;
  /** Milliseconds since any fixed instant. */
  monotonicNow: () => number;
  uptime: Uptime;
  /** Uniform in [0, 1). */
  random: () => number;
}

/**
 * Runs until the signal aborts. Tunnels then stay as they are, or are taken down if the settings say so.
 * @throws EnrolmentImpossible and whatever keeps the state folder from being used.
 */
export async function runAgent(settings: Settings, surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const { log, tools, clock, monotonicNow, uptime, random } = surroundings;
  const { stateFolder, hostNamespace, portalUrls } = settings;
  await makePrivateFolder(stateFolder);
  const identities = new IdentityStore(stateFolder);
  const wireguard = await detectWireGuard(tools.run, hostNamespace);
  log("started", { version: AGENT_VERSION, implementation: wireguard.implementation, tools: wireguard.toolsVersion });

  const knownTime = new KnownTimeFile(stateFolder);
  const portalClock = new PortalClock(clock, uptime, await knownTime.read(), (known) => knownTime.write(known));
  const { store, wanted } = await StateStore.open(stateFolder, portalClock.now(), log);
  const keys = await InstanceKeys.open(stateFolder);
  const device = new WireGuardDevice(tools, wireguard.implementation, hostNamespace);
  const hooks = new Hooks({ folder: settings.hooksFolder, log, patienceMs: HOOK_PATIENCE_MS, retryMs: hookRetryMs });
  const enforcerFor = ({ box }: Identity): Enforcer =>
    new Enforcer({ device, keys, presharedKeys: new PresharedKeys(box), hooks, log, monotonicNow }, wanted ?? wantedStateOf(0, [], portalClock.now()));

  // Before the portal is reached, which may take long: what was in force goes on being so.
  const stored = await identities.read();
  let enforcer = stored === null ? null : enforcerFor(stored);
  let rebuilt: Promise<void> | null = null;
  if (enforcer !== null && wanted !== null) {
    await enforcer.cutAll();
    // The rest needs no waiting for: the portal may have something to cut by now.
    rebuilt = rebuild(enforcer);
  }

  let expiry: Promise<void> | null = null;
  try {
    if (enforcer !== null) expiry = watchExpiry({ enforcer, portalClock, pause, log }, signal);
    const { identity, fresh } = await ensureEnrolled({
      identities,
      token: settings.enrolToken,
      agentVersion: AGENT_VERSION,
      wireguard,
      client: new PortalClient(portalUrls, null),
      log,
      pause: pauseBy(new Backoff(PORTAL_BACKOFF, random), signal),
      signal,
    });
    enforcer ??= enforcerFor(identity);
    expiry ??= watchExpiry({ enforcer, portalClock, pause, log }, signal);
    const portal = new PortalClient(portalUrls, identity.credential, (time) => portalClock.observe(time), identity.formerCredential);
    await follow(enforcer, portal, new Rotation({ identities, portal, log }, identity), fresh || wanted === null);
  } finally {
    await rebuilt;
    if (settings.downOnExit) {
      await enforcer?.takeDown();
      log("taken_down");
    }
    await hooks.settled();
    await knownTime.settled();
    store.close();
  }

  async function rebuild(enforcer: Enforcer): Promise<void> {
    const { revision, instances } = enforcer.wanted;
    await enforcer.completeAll().then(
      () => log("rebuilt", { revision, instances: instances.size }),
      (error: unknown) => log("state_not_applied", { reason: textOf(error) }),
    );
  }

  async function follow(enforcer: Enforcer, portal: PortalClient, rotation: Rotation, wantsFull: boolean): Promise<void> {
    const shared = { portal, enforcer, store, monotonicNow, pause, log };
    const onSync = (inSync: boolean): void => (inSync ? poller.inSync() : poller.resync());
    const confirmer = new Confirmer({ ...shared, backoff: new Backoff(PORTAL_BACKOFF, random), onSync });
    const poller = new Poller(
      {
        ...shared,
        clock: portalClock,
        backoff: new Backoff(PORTAL_BACKOFF, random),
        resyncBackoff: new Backoff(RESYNC_BACKOFF, random),
        onApplied: (receivedAt) => confirmer.applied(receivedAt),
      },
      wantsFull,
    );
    const watch = { ...shared, rotation, confirmer, reporter: new Reporter(), trail: new EndpointTrail(), localClock: clock, portalClock, intervalMs: settings.reportIntervalMs, random, onSync, hurry: new Hurry() };
    hooks.onNews = () => confirmer.look();
    const look = async (): Promise<void> => {
      await rebuilt;
      confirmer.look();
    };
    await Promise.all([poller.run(signal), confirmer.run(signal), watchDevice(watch, signal), watchHandovers(watch, signal), watchEndpoints(watch, signal), expiry, look()]);
  }
}

/** Rejects when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}

const pauseBy = (backoff: Backoff, signal: AbortSignal) => (): Promise<void> => pause(backoff.next(), signal);
