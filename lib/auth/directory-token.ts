/** The token by which a company's directory speaks SCIM: 256 random bits, looked up by a hash that only this portal can make, shown once. */
import { createHmac } from "node:crypto";
import { endingOf } from "@/lib/core/api-key";
import type { Ports } from "@/lib/ports";
import { newToken } from "./tokens";

const PREFIX = "pcs_";

export const directoryHashOf = (ports: Pick<Ports, "config">, token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHmac("sha256", ports.config.deriveKey("directory token look-up")).update(token).digest());

export function newDirectoryToken(ports: Ports): { token: string; tokenHash: Uint8Array<ArrayBuffer>; ending: string } {
  const token = `${PREFIX}${newToken(ports)}`;
  return { token, tokenHash: directoryHashOf(ports, token), ending: endingOf(token) };
}
