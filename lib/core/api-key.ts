/** What systems join an instance with: 256 random bits, written so that a person and a secret scanner know what it is. */
import { encodeBase64 } from "./base64";
import type { RandomBytes } from "./ports";

const PREFIX = "pck_";

/** Characters at its end that are no secret: by them people tell one key from another. Without them, 234 random bits are left. */
const ENDING_LENGTH = 4;

export const newApiKey = (randomBytes: RandomBytes): string => `${PREFIX}${encodeBase64(randomBytes(32)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;

export const endingOf = (apiKey: string): string => apiKey.slice(-ENDING_LENGTH);
