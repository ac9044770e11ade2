/** Where a client stands at the gateway, as words and a tone; from the view alone, so that every page says the same. */
import type { ClientState } from "@/lib/core/vocabulary";
import type { ClientView } from "@/lib/usecases/views";

export type AtGateway =
  /** On the device, confirmed. */
  | { kind: "live" }
  /** On its way to the device. */
  | { kind: "going_live" }
  /** On its way off the device. */
  | { kind: "cutting" }
  /** Off the device, confirmed; how long it took, if known. */
  | { kind: "cut"; tookMs: number | null }
  /** The gateway is offline: the last change hasn't reached it. */
  | { kind: "waiting"; since: string; cut: boolean };

const ON_DEVICE: Record<ClientState, boolean> = { active: true, suspended: false, expired: false, revoked: false };

export function enforcementOf({ state, enforcement, gateway }: Pick<ClientView, "state" | "enforcement" | "gateway">): AtGateway {
  const wanted = ON_DEVICE[state];
  if (enforcement.status === "confirmed") return wanted ? { kind: "live" } : { kind: "cut", tookMs: enforcement.tookMs };
  if (!gateway.online) return { kind: "waiting", since: enforcement.committedAt, cut: !wanted };
  return wanted ? { kind: "going_live" } : { kind: "cutting" };
}

/** Whether the gateway has yet to confirm the latest change. */
export const isPending = (client: Pick<ClientView, "enforcement">): boolean => client.enforcement.status !== "confirmed";

/** WireGuard shakes hands every two minutes while there is traffic; after three without one, a peer counts as gone. */
const HANDSHAKE_FRESH_MS = 190_000;

/** Online by the portal's word, and not older than a handshake can be: a page left open doesn't keep a peer online. */
export function isOnline(client: Pick<ClientView, "device" | "state">, now: number): boolean {
  const { online, lastHandshakeAt } = client.device;
  return online && client.state === "active" && lastHandshakeAt !== null && now - Date.parse(lastHandshakeAt) < HANDSHAKE_FRESH_MS;
}
