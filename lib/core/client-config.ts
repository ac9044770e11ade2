/**
 * The only writer of a client's WireGuard configuration, and its reader for tests and tools. Runs in browsers, where the
 * private key is, and in Node.
 */
import { decodeBase64, encodeBase64 } from "@/lib/core/base64";
import { type ConfigurationFields, requireFields } from "@/lib/core/client-config-fields";
import { PortcullisError } from "@/lib/core/errors";
import { type PrivateKey, KEY_BYTES, parsePrivateKey } from "@/lib/core/keys";

export interface ClientKeys {
  /** null: it stays where it was made, and the person pastes it. */
  privateKey: PrivateKey | null;
  /** 32 bytes. */
  presharedKey: Uint8Array | null;
}

/** Stands where the private key goes. Not a comment: a file that was never completed must fail to load, and say where. */
const PASTE_PRIVATE_KEY = "<paste the private key that stays on your machine>";

/**
 * The file's text, as `wg-quick` (8) and the official apps read it.
 * @throws PortcullisError internal for a field that is not exactly of its syntax; RangeError for a preshared key that
 * hasn't 32 bytes.
 */
export function renderClientConfig(fields: ConfigurationFields, keys: ClientKeys): string {
  requireFields(fields);
  if (keys.presharedKey !== null && keys.presharedKey.length !== KEY_BYTES) throw new RangeError(`A preshared key has ${KEY_BYTES} bytes.`);
  const { addresses, dns, mtu, serverPublicKey, endpoint, allowedIps, persistentKeepaliveSeconds: keepalive } = fields;
  const lines = [
    "[Interface]",
    `PrivateKey = ${keys.privateKey?.reveal() ?? PASTE_PRIVATE_KEY}`,
    `Address = ${addresses.join(", ")}`,
    ...(dns.length > 0 ? [`DNS = ${dns.join(", ")}`] : []),
    ...(mtu === null ? [] : [`MTU = ${mtu}`]),
    "",
    "[Peer]",
    `PublicKey = ${serverPublicKey}`,
    ...(keys.presharedKey === null ? [] : [`PresharedKey = ${encodeBase64(keys.presharedKey)}`]),
    `AllowedIPs = ${allowedIps.join(", ")}`,
    `Endpoint = ${endpoint}`,
    ...(keepalive === 0 ? [] : [`PersistentKeepalive = ${keepalive}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The fields that a configuration may have, by section: anything else (`PostUp` above all) is refused. */
const KNOWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Interface: ["PrivateKey", "Address", "DNS", "MTU"],
  Peer: ["PublicKey", "PresharedKey", "AllowedIPs", "Endpoint", "PersistentKeepalive"],
};

/**
 * Reads what `renderClientConfig` writes, and nothing looser; blank lines and comments are skipped.
 * @throws PortcullisError bad_request; the message never repeats a value.
 */
export function parseClientConfig(text: string): { fields: ConfigurationFields; keys: ClientKeys } {
  const values = readValues(text);
  const required = (field: string): string => values.get(field) ?? refuse(`${field} is missing`);
  const list = (value: string | undefined): string[] => value?.split(", ") ?? [];
  const fields: ConfigurationFields = {
    addresses: list(required("Address")),
    dns: list(values.get("DNS")),
    mtu: wholeNumber(values.get("MTU")),
    serverPublicKey: required("PublicKey"),
    endpoint: required("Endpoint"),
    allowedIps: list(required("AllowedIPs")),
    persistentKeepaliveSeconds: wholeNumber(values.get("PersistentKeepalive")) ?? 0,
  };
  try {
    requireFields(fields);
  } catch (error) {
    throw error instanceof PortcullisError ? new PortcullisError("bad_request", error.message, error.facts) : error;
  }
  const privateKey = required("PrivateKey");
  const presharedKey = values.get("PresharedKey");
  return {
    fields,
    keys: {
      privateKey: privateKey === PASTE_PRIVATE_KEY ? null : parsePrivateKey(privateKey),
      presharedKey: presharedKey === undefined ? null : keyBytes(presharedKey),
    },
  };
}

function readValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  const sections = new Set<string>();
  let known: readonly string[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const section = /^\[(Interface|Peer)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      if (sections.has(section)) refuse(`there is a second section ${section}`);
      sections.add(section);
      known = KNOWN_FIELDS[section] ?? [];
      continue;
    }
    const [, field = "", value = ""] = /^([A-Za-z]+) = (.+)$/.exec(line) ?? refuse("a line is neither a section nor a field");
    if (!known.includes(field)) refuse("there is a field that no client configuration of this portal has");
    if (values.has(field)) refuse(`${field} is given twice`);
    values.set(field, value);
  }
  return values;
}

function wholeNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : refuse("a number is malformed");
}

function keyBytes(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  return bytes?.length === KEY_BYTES ? bytes : refuse("the preshared key is malformed");
}

function refuse(reason: string): never {
  throw new PortcullisError("bad_request", `This is not a client configuration of this portal: ${reason}.`);
}
