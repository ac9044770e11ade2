/**
 * What a password must be: long, and not one that everybody tries (NIST SP 800-63B, section 5.1.1.2; OWASP ASVS 5.0 V6.2). Nothing
 * about which characters.
 */
import { createHash } from "node:crypto";
import common from "./common-passwords.json";
import { PortcullisError } from "./errors";

/** In characters (code points), after normalisation. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

declare const passwordBrand: unique symbol;
/** Normalised and allowed by the policy. */
export type Password = string & { readonly [passwordBrand]: true };

const FINGERPRINT_BYTES = 5;

/** NFKC, so that one password typed on two keyboards is one password (NIST SP 800-63B, section 5.1.1.2). */
export const normalisePassword = (text: string): string => text.normalize("NFKC");

/** The hexadecimal digits by which the list of common passwords knows this one; letters' case doesn't count. */
export const fingerprintOf = (normalised: string): string =>
  createHash("sha256").update(normalised.toLowerCase()).digest("hex").slice(0, FINGERPRINT_BYTES * 2);

let fingerprints: Set<string> | null = null;

function commonFingerprints(): Set<string> {
  if (fingerprints) return fingerprints;
  const bytes = Buffer.from(common.fingerprints, "base64");
  const found = new Set<string>();
  for (let at = 0; at < bytes.length; at += FINGERPRINT_BYTES) found.add(bytes.toString("hex", at, at + FINGERPRINT_BYTES));
  return (fingerprints = found);
}

/**
 * @param about what everybody who attacks this account would try first: its address, the person's name
 * @throws password_weak, saying what is wrong
 */
export function parsePassword(text: string, about: readonly string[] = []): Password {
  if (text.length > 4 * MAX_PASSWORD_LENGTH) throw weak(`That password is too long: at most ${MAX_PASSWORD_LENGTH} characters.`);
  const password = normalisePassword(text);
  const characters = [...password];
  if (characters.length < MIN_PASSWORD_LENGTH) throw weak(`That password is too short: it needs at least ${MIN_PASSWORD_LENGTH} characters. Several words in a row are easy to remember.`);
  if (characters.length > MAX_PASSWORD_LENGTH) throw weak(`That password is too long: at most ${MAX_PASSWORD_LENGTH} characters.`);
  if (commonFingerprints().has(fingerprintOf(password))) throw weak("That password is on the lists that attackers try first. Choose another; several words that don't belong together are good.");
  if (new Set(password.toLowerCase()).size < 4) throw weak("That password repeats a few characters. Choose one that is harder to guess.");
  if (isAbout(password.toLowerCase(), about)) throw weak("That password is made of your name or address. Choose one that says nothing about you.");
  return password as Password;
}

/** Whether little else is left without the words that anybody would try on this account. */
function isAbout(password: string, about: readonly string[]): boolean {
  const words = ["portcullis", ...about.flatMap((text) => [text, ...text.split(/[@.\s]+/)])].map((word) => word.normalize("NFKC").toLowerCase()).filter((word) => word.length >= 4);
  const rest = words.sort((a, b) => b.length - a.length).reduce((left, word) => left.split(word).join(""), password);
  return rest.length < password.length && [...rest].length < 6;
}

const weak = (message: string): PortcullisError => new PortcullisError("password_weak", message, { field: "password" });
