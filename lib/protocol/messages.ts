/**
 * Every message between a gateway's agent and the portal, as schemas that both sides parse with. Fields that a receiver
 * doesn't know are dropped, so that a newer sender may add some. docs/gateway-protocol.md says what they mean.
 */
import { z } from "zod";
import { isId } from "@/lib/core/ids";
import { isInterfaceAddress, isNetwork } from "@/lib/protocol/addresses";
import {
  MAX_CHANGES_PER_DELTA,
  MAX_FAILURE_MESSAGE_LENGTH,
  MAX_FAILURES_PER_ACK,
  MAX_INSTANCES,
  MAX_MOVES_PER_REPORT,
  MAX_PEERS_PER_INSTANCE,
  MAX_PEERS_PER_REPORT,
  MAX_SIGHTINGS_PER_MOVE,
  MAX_WAIT_SECONDS,
} from "@/lib/protocol/limits";
import { isPlainText } from "@/lib/protocol/plain-text";

export const GATEWAY_API_PATH = "/api/gateway/v1";
/** Header: of a request, every version that the sender speaks, in decimal, separated by commas; of an answer, the one that the two go by. */
export const PROTOCOL_HEADER = "portcullis-protocol";

const uuid = z.string().refine(isId, "is not a UUID in lower case");
/** Canonical base64 of 32 bytes. */
const publicKey = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "is not a WireGuard public key");
/** Version byte 0x01 and 104 more bytes. */
const sealedPresharedKey = z.string().regex(/^A[Q-Za-f][A-Za-z0-9+/]{138}$/, "is not a sealed preshared key");
const text = (max: number) => z.string().max(max).refine(isPlainText, "holds control characters or half of a surrogate pair");
const instant = z.iso.datetime({ offset: false });
const count = z.int().min(0);
const revision = count;
const milliseconds = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "is not a digest");
const protocol = z.int().min(1).max(65_535);
const port = z.int().min(1).max(65_535);
const endpoint = z
  .string()
  .regex(/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}(?:%[A-Za-z0-9_.-]{1,15})?\]):\d{1,5}$/, "is not an endpoint");

/** Also the name of its network namespace; the fixed form lets an agent tell what is its own. */
export const interfaceNameSchema = z.string().regex(/^pc-[0-9a-f]{8}$/, "is not an interface name");
/** "pce_" and 256 random bits: good for one enrolment. */
export const enrolTokenSchema = z.string().regex(/^pce_[A-Za-z0-9_-]{43}$/, "is not an enrolment token");
/** "pcg_" and 256 random bits, made by the agent; the portal keeps its SHA-256. */
export const credentialSchema = z.string().regex(/^pcg_[A-Za-z0-9_-]{43}$/, "is not a gateway credential");

export const peerSchema = z.object({
  clientId: uuid,
  publicKey,
  sealedPresharedKey: sealedPresharedKey.nullable(),
  /** None: may shake hands, and nothing more; a key that waits to take over another's addresses. */
  allowedIps: z.array(z.string().max(43).refine(isNetwork, "is not a network")).max(16),
  expiresAt: instant.nullable(),
});
export type Peer = z.infer<typeof peerSchema>;

export const instanceSchema = z.object({
  instanceId: uuid,
  interfaceName: interfaceNameSchema,
  listenPort: port,
  addresses: z.array(z.string().max(43).refine(isInterfaceAddress, "is not an address with prefix length")).min(1).max(8),
  mtu: z.int().min(1280).max(65_535).nullable(),
  /** Peers reach one another through the instance; left out: they don't. Since version 2. */
  peersReach: z.boolean().optional(),
  peers: z.array(peerSchema).max(MAX_PEERS_PER_INSTANCE),
});
export type Instance = z.infer<typeof instanceSchema>;

export const changeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("peer"), instanceId: uuid, peer: peerSchema }),
  z.object({ kind: z.literal("peer-removed"), instanceId: uuid, clientId: uuid, publicKey }),
  z.object({ kind: z.literal("instance"), instance: instanceSchema }),
  z.object({ kind: z.literal("instance-removed"), instanceId: uuid }),
]);
export type Change = z.infer<typeof changeSchema>;

export const enrolRequestSchema = z.object({
  token: enrolTokenSchema,
  credential: credentialSchema,
  protocol,
  agentVersion: text(40).min(1),
  /** Browsers seal preshared keys to it. */
  boxPublicKey: publicKey,
  wireguard: z.object({ implementation: z.enum(["kernel", "wireguard-go"]), toolsVersion: text(80) }),
});
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

export const enrolResponseSchema = z.object({ gatewayId: uuid, name: z.string().min(1).max(100), protocol });
export type EnrolResponse = z.infer<typeof enrolResponseSchema>;

/** The query of GET state, as texts; parsed: `since` null asks for a full state. */
export const stateQuerySchema = z.object({
  since: z.union([z.literal("none").transform(() => null), decimal(Number.MAX_SAFE_INTEGER)]),
  wait: decimal(MAX_WAIT_SECONDS),
});
export type StateQuery = z.infer<typeof stateQuerySchema>;

/** `since` null: send everything. */
export function stateQueryOf(query: StateQuery): { since: string; wait: string } {
  return { since: query.since === null ? "none" : String(query.since), wait: String(query.wait) };
}

export const stateResponseSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("full"), revision, instances: z.array(instanceSchema).max(MAX_INSTANCES) }),
  z
    .object({ kind: z.literal("delta"), from: revision, revision, changes: z.array(changeSchema).max(MAX_CHANGES_PER_DELTA) })
    .refine((delta) => delta.revision > delta.from, "a delta leads to a later revision"),
  z.object({ kind: z.literal("unchanged"), revision }),
]);
export type StateResponse = z.infer<typeof stateResponseSchema>;

export const failureSchema = z.object({
  /** null: the gateway as a whole. */
  instanceId: uuid.nullable(),
  /** For programs, like "port_in_use"; new ones may appear. */
  code: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  /** For the operator: what doesn't work, and what to do. */
  message: text(MAX_FAILURE_MESSAGE_LENGTH).min(1),
});
export type Failure = z.infer<typeof failureSchema>;

export const ackRequestSchema = z.object({
  revision,
  /** Of what was read back from the device. */
  digest,
  /** From the arrival of the state at the agent to this request, by the agent's monotonic clock. */
  receivedMsAgo: milliseconds,
  /** From the moment the device had taken the change to this request. */
  appliedMsAgo: milliseconds,
  /** Every instance that is up on the gateway, with the public key the agent made for it. */
  instances: z.array(z.object({ instanceId: uuid, publicKey })).max(MAX_INSTANCES),
  failures: z.array(failureSchema).max(MAX_FAILURES_PER_ACK),
});
export type AckRequest = z.infer<typeof ackRequestSchema>;

export const ackResponseSchema = z.object({ acknowledgedRevision: revision, inSync: z.boolean() });
export type AckResponse = z.infer<typeof ackResponseSchema>;

export const peerReportSchema = z.object({
  instanceId: uuid,
  publicKey,
  endpoint: endpoint.nullable(),
  latestHandshakeSecondsAgo: count.nullable(),
  receivedBytes: count,
  sentBytes: count,
});
export type PeerReport = z.infer<typeof peerReportSchema>;

/** Where a peer whose endpoint changes was seen, each time that its address or its session was another than before; oldest first. */
export const moveSchema = z.object({
  instanceId: uuid,
  publicKey,
  seen: z
    .array(z.object({ msAgo: milliseconds, endpoint, latestHandshakeSecondsAgo: count.nullable() }))
    .min(1)
    .max(MAX_SIGHTINGS_PER_MOVE),
});
export type Move = z.infer<typeof moveSchema>;

/** What the agent found on a device that nobody had asked for, and put right: numbers of peers. */
export const repairSchema = z.object({ instanceId: uuid, added: count, updated: count, removed: count });
export type Repair = z.infer<typeof repairSchema>;

export const reportRequestSchema = z.object({
  revision,
  digest,
  /** Those whose figures changed since the last report that the portal took. */
  peers: z.array(peerReportSchema).max(MAX_PEERS_PER_REPORT),
  repairs: z.array(repairSchema).max(MAX_INSTANCES).default([]),
  /** Left out by an agent that doesn't look more often than it reports. */
  moves: z.array(moveSchema).max(MAX_MOVES_PER_REPORT).optional(),
});
export type ReportRequest = z.infer<typeof reportRequestSchema>;

/** rotateCredential: the agent is to make another credential and hand it in; left out: not now. */
export const reportResponseSchema = z.object({ inSync: z.boolean(), rotateCredential: z.boolean().optional() });
export type ReportResponse = z.infer<typeof reportResponseSchema>;

/** POST credential: what the agent will authenticate with from its first use on. */
export const credentialRequestSchema = z.object({ credential: credentialSchema });
export type CredentialRequest = z.infer<typeof credentialRequestSchema>;

export const credentialResponseSchema = z.object({});
export type CredentialResponse = z.infer<typeof credentialResponseSchema>;

export const errorResponseSchema = z.object({
  error: z.object({ code: z.string().max(60), message: z.string().max(1_000) }),
});
export type ErrorResponse = z.infer<typeof errorResponseSchema>;

function decimal(max: number) {
  return z
    .string()
    .regex(/^(?:0|[1-9]\d{0,15})$/, "is not a whole number")
    .transform(Number)
    .pipe(z.number().max(max));
}
