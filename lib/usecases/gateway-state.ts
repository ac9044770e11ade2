/** What a gateway must hold: at once when something changed since its revision, else when something does. */
import { notePresence } from "@/lib/db/gateway-changes";
import { PortcullisError } from "@/lib/core/errors";
import { GatewayCutOff, readDelta, readFullState } from "@/lib/db/gateway-state";
import type { GatewayIdentity } from "@/lib/db/gateways";
import type { Database } from "@/lib/db/client";
import type { Wakeups } from "@/lib/db/wakeups";
import { log } from "@/lib/log";
import type { Ports } from "@/lib/ports";
import type { StateQuery, StateResponse } from "@/lib/protocol/messages";
import { WaitingGateways } from "./waiting-gateways";

/** Those that wait on one database connection's behalf are asked for together. */
const waitingOn = new WeakMap<Database, WaitingGateways>();

function waitingGateways(db: Database): WaitingGateways {
  const known = waitingOn.get(db) ?? new WaitingGateways(db.read, (message) => log("warn", "waiting gateways", message));
  waitingOn.set(db, known);
  return known;
}

/** @param signal aborted when the agent hung up. @throws gateway_unauthenticated when the gateway is cut off meanwhile */
export async function waitForGatewayState(
  ports: Ports & { wakeups: Wakeups },
  gateway: GatewayIdentity & { agent?: { version: string | null; protocol: number } },
  query: StateQuery,
  signal: AbortSignal,
): Promise<StateResponse> {
  const { db, clock } = ports;
  await notePresence(db.read, gateway.id, { now: clock.now(), agent: gateway.agent });
  if (query.since === null) return readFullState(db, gateway.id, clock.now()).catch(refuseCutOff);
  const deadline = performance.now() + query.wait * 1000;
  let wake: () => void = () => {};
  let woken = new Promise<void>((resolve) => (wake = resolve));
  // Subscribed before the first look: a change in between wakes the wait that follows.
  const stop = ports.wakeups.subscribe(`gateway:${gateway.id}`, () => wake());
  const leave = waitingGateways(db).add({ gatewayId: gateway.id, since: query.since, wake: () => wake() });
  const hungUp = () => wake();
  signal.addEventListener("abort", hungUp);
  try {
    for (;;) {
      // Reads what changed rather than whether anything did: asking first would cost each cut one more round trip.
      const answer = (await readDelta(db.read, gateway.id, query.since, clock.now())) ?? (await readFullState(db, gateway.id, clock.now()));
      const left = deadline - performance.now();
      if (answer.kind !== "unchanged" || left <= 0 || signal.aborted) return answer;
      await wokenWithin(woken, left);
      woken = new Promise<void>((resolve) => (wake = resolve));
    }
  } catch (error) {
    return refuseCutOff(error);
  } finally {
    stop();
    leave();
    signal.removeEventListener("abort", hungUp);
  }
}

/** Its credential was good when it asked, and isn't any more. @throws gateway_unauthenticated, or the error as it is */
function refuseCutOff(error: unknown): never {
  throw error instanceof GatewayCutOff ? new PortcullisError("gateway_unauthenticated", "This gateway was cut off. An operator can enrol it with a new token.") : error;
}

async function wokenWithin(woken: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([woken, timeout]);
  clearTimeout(timer);
}
