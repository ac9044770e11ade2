/** What a change of a client means for its gateway: the next revision, with the client's peers on the device or off it. */
import { peersOfClient } from "@/lib/core/client-keys";
import { mustBeOnDevice } from "@/lib/core/client-state";
import type { ClientState } from "@/lib/core/vocabulary";
import type { Tx } from "@/lib/db/client";
import type { LockedClient } from "@/lib/db/clients";
import { takeRevision } from "@/lib/db/gateway-changes";
import { elementHash, emptyDigest, xorInto } from "@/lib/protocol/digest";

type DeviceClient = Pick<LockedClient, "instanceId" | "publicKey" | "hasPresharedKey" | "addressV4" | "addressV6" | "next" | "held">;

/** Of all that the device holds of a client in this state. */
function digestOn(client: DeviceClient, state: ClientState): Uint8Array {
  const digest = emptyDigest();
  if (mustBeOnDevice(state, client.held)) {
    for (const { publicKey, hasPresharedKey, allowedIps } of peersOfClient(client)) xorInto(digest, elementHash({ kind: "peer", instanceId: client.instanceId, publicKey, allowedIps, hasPresharedKey }));
  }
  return digest;
}

/** Of all that the device holds of these. */
export function digestOfClients(clients: readonly LockedClient[]): Uint8Array {
  const digest = emptyDigest();
  for (const client of clients) xorInto(digest, digestOn(client, client.state));
  return digest;
}

/**
 * Call it last before the client's row is written: from here on the gateway's row is locked, and everybody who changes anything on that
 * gateway waits.
 *
 * @param client as it was, its row locked
 * @param change.keys as they are afterwards; as they were when left out
 * @param change.requestedAt when the request reached the portal, or the time was over
 */
export async function reviseClient(tx: Tx, client: LockedClient, change: { to: ClientState; keys?: Pick<LockedClient, "publicKey" | "hasPresharedKey" | "next">; requestedAt: Date; now: Date }): Promise<bigint> {
  const toggled = digestOn(client, client.state);
  xorInto(toggled, digestOn({ ...client, ...change.keys }, change.to));
  return takeRevision(tx, {
    gatewayId: client.gatewayId,
    instanceId: client.instanceId,
    subscriptionId: client.subscriptionId,
    clientId: client.id,
    toggled,
    requestedAt: change.requestedAt,
    committedAt: change.now,
  });
}
