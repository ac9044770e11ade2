/** E-mail addresses, in the one form in which they are stored and compared. */
import { PortcullisError } from "@/lib/core/errors";

declare const emailAddressBrand: unique symbol;
/** Lower case, domain in ASCII, at most 254 bytes: two texts that reach one mailbox by spelling alone are the same text. */
export type EmailAddress = string & { readonly [emailAddressBrand]: true };

const MAX_BYTES = 254;
const MAX_LOCAL_BYTES = 64;

/** RFC 5321's atoms without "!" and "%", which old relays read as a route to somewhere else. */
const LOCAL_ASCII = /^[a-z0-9#$&'*+/=?^_`{|}~.-]*$/;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Normalises once: trim, NFC, lower case, domain to ASCII (IDNA).
 *
 * Stricter than RFC 5321 where leniency has let one person pass for another (T9, T14): no quoted local part, comment,
 * display name or list; no line break or control character; no character that is invisible, or that folds into an ASCII
 * one (＠, ﹫, the Kelvin sign, full-width letters), which would make two addresses the same after the fact.
 * @throws PortcullisError bad_request
 */
export function parseEmailAddress(text: string): EmailAddress {
  if (text.length > 4 * MAX_BYTES) throw refused("That address is too long.");
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw refused("An e-mail address has no line breaks or control characters.");
  const trimmed = text.trim();
  if (/[\s,;]/u.test(trimmed)) throw refused("Enter one e-mail address, without spaces or commas.");
  if ([...trimmed].some(isDeceptive)) throw refused("That address holds a character that looks like another. Type it with plain letters.");

  const normal = trimmed.toLowerCase().normalize("NFC");
  // Some letters fall apart, or together, only then: what is stored must be its own normal form.
  if ([...normal].some(isDeceptive) || normal.toLowerCase().normalize("NFC") !== normal) throw refused("That address holds a character that looks like another. Type it with plain letters.");
  const parts = normal.split("@");
  const [local, domain] = parts;
  if (parts.length !== 2 || !local || !domain) throw refused("Enter an e-mail address like ada@example.com.");
  if (!isLocalPart(local)) throw refused("The part before the @ is not one that this portal accepts.");
  const asciiDomain = toAsciiDomain(domain);
  if (asciiDomain === null) throw refused("The part after the @ is not a domain name.");
  const address = `${local}@${asciiDomain}`;
  if (byteLength(local) > MAX_LOCAL_BYTES || byteLength(address) > MAX_BYTES) throw refused("That address is too long.");
  return address as EmailAddress;
}

/** "a•••@example.com": enough for its owner to recognise, too little to learn it from. */
export function maskEmailAddress(address: EmailAddress): string {
  const [local = "", domain = ""] = address.split("@");
  return `${[...local][0] ?? ""}•••@${domain}`;
}

/** Beyond ASCII, letters, marks and digits only, and of these none that vanishes or turns into ASCII when folded. */
function isDeceptive(character: string): boolean {
  if (character <= "\u007F") return false;
  if (!/[\p{L}\p{M}\p{N}]/u.test(character) || /\p{Default_Ignorable_Code_Point}/u.test(character)) return true;
  return [character, character.toLowerCase(), character.toUpperCase()].some((form) => /[\0-\u007F]/.test(form.normalize("NFKC")));
}

function isLocalPart(local: string): boolean {
  if (local.startsWith(".") || local.endsWith(".") || local.includes("..") || local.startsWith("-")) return false;
  return LOCAL_ASCII.test(local.replace(/[^\0-\u007F]/gu, ""));
}

function toAsciiDomain(domain: string): string | null {
  // The URL parser reads more than a host: keep everything that would change its meaning away from it.
  if (!/^[a-z0-9.\-\u0080-\u{10FFFF}]+$/u.test(domain)) return null;
  let host: string;
  try {
    host = new URL(`http://${domain}`).hostname;
  } catch {
    return null;
  }
  const labels = host.split(".");
  const isName = labels.length >= 2 && host.length <= 253 && labels.every((label) => DOMAIN_LABEL.test(label));
  return isName && /[a-z]/.test(labels.at(-1)!) ? host : null;
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

const refused = (message: string): PortcullisError => new PortcullisError("bad_request", message, { field: "email" });
