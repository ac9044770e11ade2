/** One config, one machine (product rule 6): judges what a gateway saw of peers that move, and acts on what it finds as the subscription asks. */
import { createHmac } from "node:crypto";
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { mustBeOnDevice } from "@/lib/core/client-state";
import { detectSharing, extendTrail, networkOf, type Sharing, type Sighting } from "@/lib/core/shared-config";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { dropTrail, findTrails, keepTrails, markShared, readSharing, type ClientTrail } from "@/lib/db/client-trails";
import { lockClient, type LockedClient } from "@/lib/db/clients";
import { notifySubscriptions } from "@/lib/db/gateway-changes";
import type { GatewayIdentity } from "@/lib/db/gateways";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { ReportRequest } from "@/lib/protocol/messages";
import { clientUrl } from "./client-access";
import { suspendLocked } from "./suspend-client";

export interface Finding extends Pick<ClientTrail, "clientId" | "subscriptionId" | "publicKey"> {
  sharing: Sharing;
}

/** Takes up what was seen of each peer that moves. @returns those that two machines use, their clients locked */
export async function followMoves(ports: Ports, tx: Tx, gateway: GatewayIdentity, report: ReportRequest, now: Date): Promise<Finding[]> {
  const name = namer(ports);
  const seen = sightingsOf(report, name, now);
  const trails = await findTrails(tx, gateway.id, [...seen.values()]);
  const kept: { clientId: string; seen: Sighting[] }[] = [];
  const findings: Finding[] = [];
  for (const { clientId, subscriptionId, publicKey, seen: earlier, before } of trails) {
    const fresh = seen.get(publicKey)?.sightings ?? [];
    const start = before ? [{ at: before.at.getTime(), network: name(before.endpoint), handshakeAt: before.handshakeAt?.getTime() ?? null }] : [];
    // An agent that tells of moves tells where the peer was before; for one that doesn't, the report before says so.
    const trail = extendTrail(report.moves ? earlier : [...earlier, ...start], fresh);
    if (earlier.length === 0 && new Set(trail.map(({ network }) => network)).size < 2) continue;
    const sharing = detectSharing(trail, earlier.at(-1)?.at);
    if (sharing) findings.push({ clientId, subscriptionId, publicKey, sharing });
    else kept.push({ clientId, seen: trail });
  }
  await keepTrails(tx, kept, now);
  // Before anybody here locks the gateway (lock order: docs/architecture.md). The trails are in the order of their clients' ids.
  for (const { subscriptionId, clientId } of findings) await lockClient(tx, subscriptionId, clientId);
  return findings;
}

/** How a network is called in the database: by its address, or by what nobody can turn back into it where addresses aren't kept. */
function namer(ports: Ports): (endpoint: string) => string {
  if (ports.config.endpointDays > 0) return networkOf;
  const key = ports.config.deriveKey("endpoint pseudonym");
  return (endpoint) => createHmac("sha256", key).update(networkOf(endpoint)).digest("hex").slice(0, 16);
}

type Seen = Map<string, { instanceId: string; publicKey: string; sightings: Sighting[] }>;

function sightingsOf(report: ReportRequest, name: (endpoint: string) => string, now: Date): Seen {
  const handshakeAt = (secondsAgo: number | null): number | null => (secondsAgo === null ? null : now.getTime() - secondsAgo * 1_000);
  if (report.moves) {
    return new Map(
      report.moves.map(({ instanceId, publicKey, seen }) => [
        publicKey,
        { instanceId, publicKey, sightings: seen.map((one) => ({ at: Math.round(now.getTime() - one.msAgo), network: name(one.endpoint), handshakeAt: handshakeAt(one.latestHandshakeSecondsAgo) })) },
      ]),
    );
  }
  return new Map(
    report.peers.flatMap(({ instanceId, publicKey, endpoint, latestHandshakeSecondsAgo }) =>
      endpoint === null ? [] : [[publicKey, { instanceId, publicKey, sightings: [{ at: now.getTime(), network: name(endpoint), handshakeAt: handshakeAt(latestHandshakeSecondsAgo) }] }] as const],
    ),
  );
}

/** Nothing is done to a client whose key was replaced, or that was taken off the device, since the gateway saw it. */
export async function actOnSharing(ports: Ports, tx: Tx, findings: readonly Finding[], now: Date): Promise<void> {
  const events: NewAuditEvent[] = [];
  for (const { clientId, subscriptionId, publicKey, sharing } of findings) {
    await dropTrail(tx, clientId);
    const client = await lockClient(tx, subscriptionId, clientId);
    if (client && mustBeOnDevice(client.state, client.held) && client.publicKey === publicKey) events.push(...(await actOn(ports, tx, client, sharing, now)));
  }
  await appendAudit(tx, events);
}

/** @returns what to append to the audit log */
async function actOn(ports: Ports, tx: Tx, client: LockedClient, sharing: Sharing, now: Date): Promise<NewAuditEvent[]> {
  const { policy: asked, known, subscriptionName } = await readSharing(tx, client.id);
  // A system has no owner who could replace its key and go on: it is told about, and removed by who decides so.
  const isSystem = client.ownerId === null;
  const policy = isSystem ? "warn" : asked;
  const networks = ports.config.endpointDays === 0 ? [] : sharing.networks;
  await markShared(tx, client.id, { at: now, networks });
  await notifySubscriptions(tx, [{ subscriptionId: client.subscriptionId, clientId: client.id }]);
  // Who was told, and left it at that, isn't told every minute.
  if (known && policy === "warn") return [];
  const change = policy === "suspend" ? await suspendLocked(tx, client, { userId: null, requestedAt: now, now }) : null;
  const [from, until] = [iso(new Date(sharing.from)), iso(new Date(sharing.until))];
  const page = isSystem ? new URL(`/subscriptions/${client.subscriptionId}/systems`, ports.config.url).href : clientUrl(ports, client);
  const tell = (recipient: string, isOwner: boolean): Promise<void> =>
    queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: {
        template: "config-shared",
        nickname: client.nickname,
        instanceName: client.instanceName,
        subscriptionName,
        ownerEmail: isSystem ? "a system" : (client.ownerEmail ?? ""),
        networks,
        from,
        until,
        suspended: change !== null,
        clientUrl: page,
        replaceUrl: isOwner ? `${page}/replace-key` : null,
      },
    });
  if (client.mailTo !== null) await tell(client.mailTo, true);
  for (const manager of await managersOf(tx, client.subscriptionId)) if (manager !== client.ownerEmail) await tell(manager, false);
  const event = { chain: client.subscriptionId, at: now, actor: PORTAL_ACTOR, subject: { kind: "client", id: client.id }, sourceAddress: null };
  const { nickname, publicKey } = client;
  return [
    // The log is for good, so it holds no addresses.
    { ...event, action: "client.shared" as const, data: { nickname, publicKey, from, until, returns: sharing.returns, earlyHandshakes: sharing.earlyHandshakes, policy } },
    ...(change ? [{ ...event, action: "client.suspended" as const, data: { nickname, publicKey, why: "two machines used its config", requestedAt: iso(now), revision: change.revision === null ? null : Number(change.revision) } }] : []),
  ];
}
