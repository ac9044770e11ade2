import type { PublicKey } from "@/lib/core/keys";
import { toBase64 } from "./values";

/** A public key as stored. The database checks its length, and every key was parsed before it was written. */
export const publicKeyText = (bytes: Uint8Array): PublicKey => toBase64(bytes) as PublicKey;
