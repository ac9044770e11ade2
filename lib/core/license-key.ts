/**
 * License keys: what a customer types to have a term that was bought elsewhere. The key is the license's id and the portal's Ed25519
 * signature of it, so a made-up one is refused before anybody looks it up; what it is worth stands in the portal's records.
 *
 *     PCL-XXXXX-XXXXX-…    128 characters of RFC 4648's base32: 16 bytes of id, 64 of signature
 */
import nacl from "tweetnacl";

const PREFIX = "PCL";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ID_BYTES = 16;
const KEY_BYTES = ID_BYTES + nacl.sign.signatureLength;
const GROUP = 8;
/** What is signed says what it is: a signature for anything else of the same key is none of a license. */
const CONTEXT = new TextEncoder().encode("portcullis license 1\n");

const messageOf = (id: Uint8Array): Uint8Array => Uint8Array.from([...CONTEXT, ...id]);

/** @param seed 32 bytes: the portal's, for this purpose alone. @param id a UUID */
export function makeLicenseKey(seed: Uint8Array, id: string): string {
  const bytes = idBytes(id);
  const { secretKey } = nacl.sign.keyPair.fromSeed(seed);
  const text = encode(Uint8Array.from([...bytes, ...nacl.sign.detached(messageOf(bytes), secretKey)]));
  return [PREFIX, ...(text.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [])].join("-");
}

/** Spaces, dashes, line breaks and small letters don't matter. @returns the license's id; null for what this portal never signed */
export function readLicenseKey(seed: Uint8Array, typed: string): string | null {
  // Far longer than any key is none.
  if (typed.length > 500) return null;
  const text = typed.toUpperCase().replace(/[\s\-–]/g, "");
  if (!text.startsWith(PREFIX)) return null;
  const bytes = decode(text.slice(PREFIX.length));
  if (bytes?.length !== KEY_BYTES) return null;
  const id = bytes.slice(0, ID_BYTES);
  const { publicKey } = nacl.sign.keyPair.fromSeed(seed);
  return nacl.sign.detached.verify(messageOf(id), bytes.slice(ID_BYTES), publicKey) ? idText(id) : null;
}

function idBytes(id: string): Uint8Array {
  const digits = id.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/.test(digits)) throw new TypeError("A license's id is a UUID.");
  return Uint8Array.from({ length: ID_BYTES }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

function idText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}

function encode(bytes: Uint8Array): string {
  let text = "";
  let [bits, value] = [0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return text;
}

/** 80 bytes are 128 characters with nothing left over, so that no two texts stand for the same key. */
function decode(text: string): Uint8Array | null {
  if (text.length * 5 !== KEY_BYTES * 8) return null;
  const bytes: number[] = [];
  let [bits, value] = [0, 0];
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return null;
    value = (value << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bytes.push((value >>> (bits - 8)) & 255);
      bits -= 8;
      value &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}
