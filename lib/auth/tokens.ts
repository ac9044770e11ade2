/** Tokens that a browser or a gateway holds: 256 random bits. The portal keeps their SHA-256, so that its database opens nothing (T18). */
import { createHash } from "node:crypto";
import type { StorePorts } from "@/lib/ports";

/** In base64url: 43 characters. */
export const newToken = (ports: Pick<StorePorts, "randomBytes">): string => Buffer.from(ports.randomBytes(32)).toString("base64url");

/** A plain hash will do: nobody guesses 256 bits. */
export const tokenHashOf = (token: string): Uint8Array<ArrayBuffer> => new Uint8Array(createHash("sha256").update(token).digest());
