/** What a gateway must hold: at once when something changed since its revision, else when something does. */
import { PortcullisError } from "@/lib/core/errors";
import { GatewayCutOff, readDelta, readFullState } from "@/lib/db/gateway-state";
import type { GatewayIdentity } from "@/lib/db/gateways";
import type { Wakeups } from "@/lib/db/wakeups";
import { log } from "@/lib/log";
import type { Ports } from "@/lib/ports";
import type { StateQuery, StateResponse } from "@/lib/protocol/messages";
import { lookAfterReconnect, together } from "./gateways/together";

/** @param signal aborted when the agent hung up. @throws gateway_unauthenticated when the gateway is cut off meanwhile */
export async function waitForGatewayState(
  ports: Ports & { wakeups: Wakeups },
  gateway: GatewayIdentity & { revision?: number | null; agent?: { version: string | null; protocol: number } },
  query: StateQuery,
  signal: AbortSignal,
): Promise<StateResponse> {
  const { db, clock } = ports;
  const all = together(db);
  const present = all.presences.ask({ gatewayId: gateway.id, at: clock.now(), agent: gateway.agent });
  // Awaited with the answers that can wait for it; that it failed must not be nobody's.
  present.catch((error: unknown) => log("warn", "gateway presence", error instanceof Error ? error.message : String(error)));
  if (query.since === null) {
    await present;
    return readFullState(db, gateway.id, clock.now()).catch(refuseCutOff);
  }
  const since = query.since;
  const deadline = performance.now() + query.wait * 1000;
  const bell = new Bell();
  lookAfterReconnect(ports.wakeups, all);
  // Subscribed before the first look: a change in between wakes the wait that follows.
  const stop = ports.wakeups.subscribe(`gateway:${gateway.id}`, () => bell.ring(), { quiet: true });
  const leave = all.waiting.add({ gatewayId: gateway.id, since, wake: () => bell.ring() });
  const hungUp = () => bell.ring();
  signal.addEventListener("abort", hungUp);
  try {
    // Known to have moved, or not known: read what changed at once, since asking first would cost a cut one more round trip.
    if (gateway.revision !== since || (await all.moved.ask({ gatewayId: gateway.id, since }))) bell.ring();
    for (;;) {
      const left = deadline - performance.now();
      if (!(await bell.rangWithin(left)) || signal.aborted) {
        await present;
        return { kind: "unchanged", revision: since };
      }
      const answer = (await readDelta(db.read, gateway.id, since, clock.now())) ?? (await readFullState(db, gateway.id, clock.now()));
      if (answer.kind !== "unchanged") return answer;
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

/** Rung while nobody listens, it is heard by whoever listens next. */
class Bell {
  private rung = false;
  private heard: () => void = () => {};

  ring(): void {
    this.rung = true;
    this.heard();
  }

  /** Since it was last heard, or within these milliseconds. */
  async rangWithin(ms: number): Promise<boolean> {
    if (!this.rung && ms > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.heard = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    const rang = this.rung;
    this.rung = false;
    return rang;
  }
}
