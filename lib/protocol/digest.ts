/**
 * The digest of what a gateway holds: the XOR of one SHA-256 per element. It doesn't depend on order, and one element
 * goes in or out by one XOR, so that its cost per change is the same at any number of peers.
 *
 * It detects faults and hand edits. It is no proof against an adversary who picks elements; the gateway is trusted to
 * describe itself (docs/gateway-protocol.md, Digest).
 */
import { createHash } from "node:crypto";

const DIGEST_BYTES = 32;

/** Addresses and allowed IPs in the spelling of addresses.ts, in any order. */
export type DigestElement =
  | { kind: "instance"; instanceId: string; listenPort: number; addresses: readonly string[]; peersReach?: boolean }
  | { kind: "peer"; instanceId: string; publicKey: string; allowedIps: readonly string[]; hasPresharedKey: boolean };

/** SHA-256 of the element's line, 32 bytes. */
export function elementHash(element: DigestElement): Uint8Array {
  return new Uint8Array(createHash("sha256").update(lineOf(element), "utf8").digest());
}

/** A new array; both operands have 32 bytes. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = Uint8Array.from(a);
  xorInto(result, b);
  return result;
}

/** Changes `target`, so that a digest over many elements allocates nothing. */
export function xorInto(target: Uint8Array, other: Uint8Array): void {
  if (target.length !== DIGEST_BYTES || other.length !== DIGEST_BYTES) throw new RangeError(`A digest has ${DIGEST_BYTES} bytes.`);
  for (let i = 0; i < DIGEST_BYTES; i += 1) target[i] = target[i]! ^ other[i]!;
}

/** The digest of a device that holds nothing: 32 zero bytes. */
export const emptyDigest = (): Uint8Array => new Uint8Array(DIGEST_BYTES);

export function digestOf(elements: Iterable<DigestElement>): Uint8Array {
  const digest = emptyDigest();
  for (const element of elements) xorInto(digest, elementHash(element));
  return digest;
}

/** 64 lowercase hexadecimal digits, as messages carry it. */
export function toHex(digest: Uint8Array): string {
  return Buffer.from(digest).toString("hex");
}

/** 256 characters '0' or '1', most significant bit first: a PostgreSQL `bit(256)`, whose `#` is XOR. */
export function bitsOf(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

/** The bytes of a `bit(256)` read from PostgreSQL. @throws RangeError for any other text. */
export function fromBits(bits: string): Uint8Array {
  if (!/^[01]{256}$/.test(bits)) throw new RangeError("A digest has 256 bits.");
  return Uint8Array.from({ length: DIGEST_BYTES }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}

/** The elements that a described instance and its peers stand for. */
export function* elementsOf(instance: {
  instanceId: string;
  listenPort: number;
  addresses: readonly string[];
  peersReach?: boolean;
  peers: Iterable<{ publicKey: string; allowedIps: readonly string[]; sealedPresharedKey: string | null }>;
}): Generator<DigestElement> {
  const { instanceId, listenPort, addresses, peersReach } = instance;
  yield { kind: "instance", instanceId, listenPort, addresses, peersReach };
  for (const { publicKey, allowedIps, sealedPresharedKey } of instance.peers) {
    yield { kind: "peer", instanceId, publicKey, allowedIps, hasPresharedKey: sealedPresharedKey !== null };
  }
}

function lineOf(element: DigestElement): string {
  if (element.kind === "instance") return `instance\n${element.instanceId}\n${element.listenPort}\n${sorted(element.addresses)}${element.peersReach ? "\nreach" : ""}`;
  return `peer\n${element.instanceId}\n${element.publicKey}\n${sorted(element.allowedIps)}\n${element.hasPresharedKey ? "psk" : "nopsk"}`;
}

/** By code unit, which for these texts is the order of their bytes. */
const sorted = (texts: readonly string[]): string => [...texts].sort().join(",");
