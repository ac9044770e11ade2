import type { RandomBytes } from "@/lib/core/ports";

/** The browser's own cryptographic randomness. */
export const browserRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
