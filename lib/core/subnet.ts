/**
 * The arithmetic of an instance's subnets: one IPv4 subnet of private space, and one IPv6 ULA /64 beside it (RFC 4193).
 *
 * One host index stands for a machine in both. Index 1 is the instance's own tunnel address; clients have the
 * indexes 2 … capacity + 1.
 */
import ipaddr from "ipaddr.js";
import { PortcullisError } from "@/lib/core/errors";

declare const subnetV4Brand: unique symbol;
/** Like "10.8.0.0/24": canonical, private, /16 to /29. */
export type SubnetV4 = string & { readonly [subnetV4Brand]: true };

declare const subnetV6Brand: unique symbol;
/** Like "fd12:3456:789a::/64": canonical (RFC 5952), inside fd00::/8. */
export type SubnetV6 = string & { readonly [subnetV6Brand]: true };

export const INSTANCE_HOST_INDEX = 1;
export const FIRST_CLIENT_HOST_INDEX = 2;

/** RFC 1918 and RFC 6598 (shared address space). */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
const WIDEST_V4 = 16;
const NARROWEST_V4 = 29;

/**
 * @throws PortcullisError bad_request, saying what is wrong and, where the network is only written loosely, how to
 * write it.
 */
export function parseSubnetV4(text: string): SubnetV4 {
  const range = parseRange(text.trim());
  if (range?.family !== 4) throw refused("subnetV4", "Write the subnet as an IPv4 network, like 10.8.0.0/24.");
  const canonical = formatRange(range);
  if (canonical !== text.trim()) throw refused("subnetV4", `That address lies inside a network; the network itself is ${canonical}.`);
  if (range.prefix < WIDEST_V4 || range.prefix > NARROWEST_V4) {
    throw refused("subnetV4", `A subnet is from /${WIDEST_V4} (65,533 clients) to /${NARROWEST_V4} (5 clients).`);
  }
  if (!PRIVATE_RANGES.some((outer) => contains(outer, canonical))) {
    throw refused("subnetV4", "Choose a private network: within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.");
  }
  return canonical as SubnetV4;
}

/** @throws PortcullisError bad_request */
export function parseUlaV6(text: string): SubnetV6 {
  const range = parseRange(text.trim());
  if (range?.family !== 6 || range.prefix !== 64 || !contains("fd00::/8", text.trim())) {
    throw refused("subnetV6", "Write the subnet as a /64 within fd00::/8, like fd12:3456:789a::/64.");
  }
  const canonical = formatRange(range);
  if (canonical !== text.trim()) throw refused("subnetV6", `Write that network as ${canonical}.`);
  return canonical as SubnetV6;
}

/**
 * A ULA /64 from a random 40-bit global id, with subnet id 0 (RFC 4193, section 3.2).
 * @param globalId 5 random bytes; RangeError otherwise.
 */
export function ulaFromRandom(globalId: Uint8Array): SubnetV6 {
  if (globalId.length !== 5) throw new RangeError("A ULA's global id has 5 bytes.");
  const bytes = [0xfd, ...globalId, ...Array.from({ length: 10 }, () => 0)];
  return `${new ipaddr.IPv6(bytes).toRFC5952String()}/64` as SubnetV6;
}

/** Clients that fit: every address but the network's, the instance's own and the broadcast address; 253 for a /24. */
export function clientCapacity(subnet: SubnetV4): number {
  return 2 ** (32 - rangeOf(subnet).prefix) - 3;
}

/**
 * The addresses, without prefix length, of one host index: 1 for the instance, 2 … capacity + 1 for clients.
 * @throws RangeError for an index outside those.
 */
export function addressAt(subnetV4: SubnetV4, subnetV6: SubnetV6, hostIndex: number): { v4: string; v6: string } {
  if (!Number.isInteger(hostIndex) || hostIndex < INSTANCE_HOST_INDEX || hostIndex > clientCapacity(subnetV4) + 1) {
    throw new RangeError(`Host index ${hostIndex} is outside ${subnetV4}.`);
  }
  const offset = BigInt(hostIndex);
  return {
    v4: formatAddress(4, rangeOf(subnetV4).first + offset),
    v6: formatAddress(6, rangeOf(subnetV6).first + offset),
  };
}

/**
 * Whether an address or a network lies wholly within a network; false across families.
 * @param outer a network in CIDR notation; RangeError when it is none.
 * @param inner an address or a network; RangeError when it is neither.
 */
export function contains(outer: string, inner: string): boolean {
  const a = rangeOf(outer);
  const b = rangeOf(inner.includes("/") ? inner : `${inner}/${inner.includes(":") ? 128 : 32}`);
  return a.family === b.family && a.first <= b.first && b.last <= a.last;
}

/** Whether two networks share an address; false across families. @throws RangeError when either is no network. */
export function overlaps(one: string, other: string): boolean {
  const a = rangeOf(one);
  const b = rangeOf(other);
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

interface Range {
  family: 4 | 6;
  prefix: number;
  first: bigint;
  last: bigint;
}

function rangeOf(cidr: string): Range {
  const range = parseRange(cidr);
  if (range === null) throw new RangeError("That is not a network in CIDR notation.");
  return range;
}

/** The network that a CIDR text lies in; host bits may be set. Only the plain notation: no octal, no zone, no leading zeros. */
function parseRange(cidr: string): Range | null {
  const match = /^([0-9.]+|[0-9A-Fa-f:]+)\/(0|[1-9][0-9]{0,2})$/.exec(cidr);
  if (match === null) return null;
  const address = match[1]!;
  const prefix = Number(match[2]);
  const v4 = address.includes(".");
  if (v4 ? !ipaddr.IPv4.isValidFourPartDecimal(address) : !ipaddr.IPv6.isValid(address)) return null;
  const width = v4 ? 32 : 128;
  if (prefix > width) return null;
  let value = 0n;
  for (const byte of ipaddr.parse(address).toByteArray()) value = (value << 8n) | BigInt(byte);
  const hostBits = BigInt(width - prefix);
  const first = (value >> hostBits) << hostBits;
  return { family: v4 ? 4 : 6, prefix, first, last: first + (1n << hostBits) - 1n };
}

const formatRange = (range: Range): string => `${formatAddress(range.family, range.first)}/${range.prefix}`;

function formatAddress(family: 4 | 6, value: bigint): string {
  const bytes = Array.from({ length: family === 4 ? 4 : 16 }, () => 0);
  for (let i = bytes.length - 1, rest = value; i >= 0; i -= 1, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return family === 4 ? new ipaddr.IPv4(bytes).toString() : new ipaddr.IPv6(bytes).toRFC5952String();
}

const refused = (field: string, message: string): PortcullisError => new PortcullisError("bad_request", message, { field });
