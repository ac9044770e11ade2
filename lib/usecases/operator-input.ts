/** What operators type on the command line, parsed once. */
import { isIP } from "node:net";
import { PortcullisError } from "@/lib/core/errors";

const MAX_NAME_LENGTH = 60;

/**
 * A name that people will read in pages, mails and logs: one line of visible characters.
 *
 * @param field what it is the name of, like "instance"
 * @throws bad_request
 */
export function parseName(text: string, field: string): string {
  const name = text.normalize("NFC").trim();
  if (name === "" || [...name].length > MAX_NAME_LENGTH || /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(name)) {
    throw new PortcullisError("bad_request", `The ${field}'s name is one line of 1–${MAX_NAME_LENGTH} visible characters.`, { field: "name" });
  }
  return name;
}

/** Between what IPv6 needs and what the largest common frames hold. @throws bad_request */
export function parseMtu(mtu: number | null): number | null {
  if (mtu === null || (Number.isInteger(mtu) && mtu >= 1280 && mtu <= 9000)) return mtu;
  throw new PortcullisError("bad_request", "The MTU is a whole number from 1280 to 9000.", { field: "mtu" });
}

/** @throws bad_request */
export function parseDnsServers(addresses: string[]): string[] {
  const wrong = addresses.find((address) => isIP(address) === 0);
  if (wrong === undefined) return addresses;
  throw new PortcullisError("bad_request", "A DNS server is given by its IPv4 or IPv6 address.", { field: "dns" });
}
