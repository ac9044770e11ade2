/** Codes that are mailed: six digits where the person has shown something else besides, eight where the code is all there is. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { StepUpAction } from "./policy";

export type CodeDigits = 6 | 8;
/** To approve an act, in a session. */
export const CODE_DIGITS = 6;
/** To prove an address, to register or to reset: whoever likes may try, so these codes are a hundred times rarer. */
export const LONG_CODE_DIGITS = 8;

/** Digits of the code that is mailed to prove this act. */
export const codeDigitsFor = (action: StepUpAction): CodeDigits => (action === "address.verify" ? LONG_CODE_DIGITS : CODE_DIGITS);

/**
 * Six digits for one challenge or attempt, by HMAC-SHA-256 with the dynamic truncation of RFC 4226 (section 5.3). It
 * follows from the portal's secret, so that no table holds it: who reads the database can't tell the code.
 * @param key at least 32 bytes, derived from the portal's secret for this use alone; RangeError when shorter.
 * @param id of the challenge or attempt
 * @param part which of its six digits: a challenge has one part, 0, which is also what makes a resent mail bring the same code; an attempt
 *   names its purpose and counts
 */
export function deriveCode(key: Uint8Array, id: string, part: string | number): string {
  if (key.length < 32) throw new RangeError("The key for codes has at least 32 bytes.");
  const mac = createHmac("sha256", key)
    .update(`portcullis step-up code v1\n${Buffer.byteLength(id)}\n${id}\n${part}`)
    .digest();
  const offset = mac[mac.length - 1]! & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, "0");
}

/** Eight digits, made of two of six. */
export const deriveLongCode = (key: Uint8Array, id: string, part: string): string => `${deriveCode(key, id, `${part} 1`)}${deriveCode(key, id, `${part} 2`)}`.slice(0, LONG_CODE_DIGITS);

/** So many ASCII digits from what a person typed or pasted ("123 456", "123-456", full-width digits); null for anything else. */
export function parseCode(text: string, length: CodeDigits = CODE_DIGITS): string | null {
  const digits = text.slice(0, 64).normalize("NFKC").replace(/[\s-]/gu, "");
  return /^[0-9]+$/.test(digits) && digits.length === length ? digits : null;
}

/** Whether two codes are the same, in a time that doesn't depend on where they differ. */
export function codesEqual(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

const sha256 = (text: string): Uint8Array => createHash("sha256").update(text).digest();
