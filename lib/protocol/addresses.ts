/**
 * Addresses with prefix length, in the one spelling that WireGuard's tools, `ip` and PostgreSQL all print. The digest is
 * made of texts, so two spellings of one network would look like a difference.
 */
import ipaddr from "ipaddr.js";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}/(?:3[0-2]|[12]?\\d)$`);
const V6 = /^[0-9a-f:]{2,39}\/(?:12[0-8]|1[01]\d|[1-9]?\d)$/;

/** An address of an interface: "10.8.0.1/24", "fd00::1/64". IPv6 as RFC 5952, and none that embeds an IPv4 address. */
export function isInterfaceAddress(text: string): boolean {
  return parse(text) !== null;
}

/** A network of allowed IPs: as above, and no bit is set behind the prefix ("10.8.0.2/32", "10.8.0.0/24"). */
export function isNetwork(text: string): boolean {
  const parsed = parse(text);
  if (parsed === null) return false;
  const { bytes, prefix } = parsed;
  for (let i = prefix >> 3; i < bytes.length; i += 1) {
    const hostBits = i === prefix >> 3 ? 8 - (prefix & 7) : 8;
    if ((bytes[i]! & (2 ** hostBits - 1)) !== 0) return false;
  }
  return true;
}

function parse(text: string): { bytes: number[]; prefix: number } | null {
  const slash = text.indexOf("/");
  const prefix = Number(text.slice(slash + 1));
  // The pattern admits one spelling of each, so nothing has to be parsed and printed again.
  if (V4.test(text)) return { bytes: text.slice(0, slash).split(".").map(Number), prefix };
  if (!V6.test(text)) return null;
  const bytes = canonicalV6Bytes(text.slice(0, slash));
  if (bytes === null) return null;
  const mayEmbedV4 = prefix > 0 && bytes.slice(0, 10).every((byte) => byte === 0);
  return mayEmbedV4 ? null : { bytes, prefix };
}

function canonicalV6Bytes(text: string): number[] | null {
  try {
    const address = ipaddr.IPv6.parse(text);
    return address.toRFC5952String() === text ? address.toByteArray() : null;
  } catch {
    return null;
  }
}
