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
  | { kind: "waiting"; since: string; cut: boolean }
  /** Its host has no agent: the list that says so was fetched, and that is all that anybody knows. */
  | { kind: "unconfirmed"; fetchedAt: string; revision: number; cut: boolean }
  /** Its host has no agent, and hasn't fetched the list since. */
  | { kind: "unfetched"; since: string; cut: boolean };

const ON_DEVICE: Record<ClientState, boolean> = { active: true, suspended: false, expired: false, revoked: false };

export function enforcementOf({ state, enforcement, gateway }: Pick<ClientView, "state" | "enforcement" | "gateway">): AtGateway {
  const wanted = ON_DEVICE[state];
  if (gateway.fetched) {
    const { at, revision } = gateway.fetched;
    if (enforcement.status === "pending" || at === null || revision === null) return { kind: "unfetched", since: enforcement.committedAt, cut: !wanted };
    return { kind: "unconfirmed", fetchedAt: at, revision, cut: !wanted };
  }
  if (enforcement.status === "confirmed") return wanted ? { kind: "live" } : { kind: "cut", tookMs: enforcement.tookMs };
  if (!gateway.online) return { kind: "waiting", since: enforcement.committedAt, cut: !wanted };
  return wanted ? { kind: "going_live" } : { kind: "cutting" };
}

/** Whether the gateway has yet to confirm the latest change; where nothing is ever confirmed, to fetch it. */
export const isPending = ({ enforcement, gateway }: Pick<ClientView, "enforcement" | "gateway">): boolean => enforcement.status === "pending" || (enforcement.status === "delivered" && gateway.fetched === null);

/** To follow "loses access". */
export function whenCut({ online, fetched }: ClientView["gateway"]): string {
  if (fetched) return "once the instance’s host has fetched its clients again, which nobody confirms";
  return online ? "within moments" : "as soon as the gateway is back";
}

/** WireGuard shakes hands every two minutes while there is traffic; after three without one, a peer counts as gone. */
const HANDSHAKE_FRESH_MS = 190_000;

/** Online by the portal's word, and not older than a handshake can be: a page left open doesn't keep a peer online. */
export function isOnline(client: Pick<ClientView, "device" | "state">, now: number): boolean {
  const { online, lastHandshakeAt } = client.device;
  return online && client.state === "active" && lastHandshakeAt !== null && now - Date.parse(lastHandshakeAt) < HANDSHAKE_FRESH_MS;
}
