/** The fields of a client's configuration and the exact syntax of each, for the renderer and the reader alike. */
import ipaddr from "ipaddr.js";
import { PortcullisError } from "@/lib/core/errors";
import { parsePublicKey } from "@/lib/core/keys";

/** What a configuration says besides the client's two keys. */
export interface ConfigurationFields {
  /** The client's own, with prefix length: "10.8.0.2/32", "fd…/128". At least one. */
  addresses: readonly string[];
  /** IP addresses. */
  dns: readonly string[];
  /** Bytes; null: the app chooses. */
  mtu: number | null;
  serverPublicKey: string;
  /** host:port, no scheme, IPv6 hosts in brackets. */
  endpoint: string;
  /** Networks, host bits zero. At least one. */
  allowedIps: readonly string[];
  /** 0: off. */
  persistentKeepaliveSeconds: number;
}

/** IPv6 needs 1280 bytes (RFC 8200, section 5). */
const MIN_MTU = 1280;
const MAX_16_BIT = 65_535;

/**
 * Holds each field to its syntax in its one canonical spelling, so that nothing else (a line break, a quote, a second
 * directive) can ride along into the file (T15).
 * @throws PortcullisError internal, with the field's name and never its value: the portal's own data is at fault.
 */
export function requireFields(fields: ConfigurationFields): void {
  hold(fields.addresses.length > 0 && fields.addresses.every(isHostAddress), "addresses");
  hold(fields.dns.every(isAddress), "dns");
  hold(fields.mtu === null || isIntegerWithin(fields.mtu, MIN_MTU, MAX_16_BIT), "mtu");
  hold(isPublicKey(fields.serverPublicKey), "serverPublicKey");
  hold(isEndpoint(fields.endpoint), "endpoint");
  hold(fields.allowedIps.length > 0 && fields.allowedIps.every(isNetwork), "allowedIps");
  hold(isIntegerWithin(fields.persistentKeepaliveSeconds, 0, MAX_16_BIT), "persistentKeepaliveSeconds");
}

function hold(holds: boolean, field: keyof ConfigurationFields): void {
  if (!holds) throw new PortcullisError("internal", `This configuration can't be written: its field ${field} is not valid.`, { field });
}

function isAddress(text: unknown): boolean {
  if (typeof text !== "string" || !ipaddr.isValid(text)) return false;
  return formatAddress(ipaddr.parse(text)) === text;
}

function isHostAddress(text: unknown): boolean {
  const [address, prefix, ...more] = String(text).split("/");
  return more.length === 0 && isAddress(address) && prefix === (address!.includes(":") ? "128" : "32");
}

function isNetwork(text: unknown): boolean {
  if (typeof text !== "string" || !ipaddr.isValidCIDR(text)) return false;
  const [address, prefix] = ipaddr.parseCIDR(text);
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${formatAddress(family.networkAddressFromCIDR(text))}/${prefix}` === text;
}

const formatAddress = (address: ipaddr.IPv4 | ipaddr.IPv6): string =>
  address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();

function isPublicKey(text: string): boolean {
  try {
    return parsePublicKey(text) === text;
  } catch {
    return false;
  }
}

function isEndpoint(text: unknown): boolean {
  const match = /^(?:\[(?<v6>[0-9a-f:]+)\]|(?<host>[A-Za-z0-9.-]+)):(?<port>[1-9][0-9]{0,4})$/.exec(String(text));
  if (!match?.groups || Number(match.groups["port"]) > MAX_16_BIT) return false;
  const { v6, host } = match.groups;
  return v6 === undefined ? isHostName(host!) : isAddress(v6);
}

function isHostName(host: string): boolean {
  const labels = host.split(".");
  if (/^[0-9]+$/.test(labels.at(-1)!)) return isAddress(host);
  return host.length <= 253 && labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
}

const isIntegerWithin = (value: number, min: number, max: number): boolean => Number.isInteger(value) && value >= min && value <= max;
