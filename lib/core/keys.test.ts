import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import nacl from "tweetnacl";
import { describe, expect, test } from "vitest";
import { encodeBase64 } from "@/lib/core/base64";
import { PortcullisError } from "@/lib/core/errors";
import { PrivateKey, generateKeyPair, generatePresharedKey, parsePrivateKey, parsePublicKey, publicKeyOf } from "@/lib/core/keys";

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const base64OfHex = (hex: string): string => Buffer.from(hex, "hex").toString("base64");
const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error instanceof PortcullisError ? error.code : error;
  }
  return "nothing thrown";
};

/** RFC 7748, section 6.1. */
const ALICE = {
  private: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
  public: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
};
const BOB = {
  private: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
  public: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
};
const SHARED = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

describe("key pairs", () => {
  test.each([ALICE, BOB])("derive the public key that RFC 7748 gives for its private key", (pair) => {
    expect(publicKeyOf(new PrivateKey(fromHex(pair.private)))).toBe(base64OfHex(pair.public));
  });

  test("agree on the shared secret of RFC 7748", () => {
    const alice = new PrivateKey(fromHex(ALICE.private));
    expect(Buffer.from(nacl.scalarMult(alice.revealBytes(), fromHex(BOB.public))).toString("hex")).toBe(SHARED);
  });

  test("are clamped as wg genkey clamps, whatever the random bytes, and clamping changes no public key", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const { privateKey, publicKey } = generateKeyPair(() => bytes);
        const raw = privateKey.revealBytes();
        expect([raw[0]! & 7, raw[31]! & 192]).toEqual([0, 64]);
        expect(publicKey).toBe(encodeBase64(nacl.box.keyPair.fromSecretKey(bytes).publicKey));
        expect(parsePublicKey(publicKey)).toBe(publicKey);
        expect(parsePrivateKey(privateKey.reveal()).reveal()).toBe(privateKey.reveal());
      }),
      { numRuns: 50 },
    );
  });

  test("refuse a source of randomness that returns too little", () => {
    expect(() => generateKeyPair(() => new Uint8Array(16))).toThrow(RangeError);
    expect(() => generatePresharedKey(() => new Uint8Array(0))).toThrow(RangeError);
    expect(generatePresharedKey(randomBytes)).toHaveLength(32);
  });
});

describe("a private key", () => {
  const key = new PrivateKey(fromHex(ALICE.private));

  test("can't be printed by accident, in any of the ways a program prints", () => {
    const inspected: unknown = Reflect.apply(Reflect.get(key, Symbol.for("nodejs.util.inspect.custom")), key, []);
    expect([String(key), `${key}`, inspected, JSON.stringify({ key })]).toEqual([...Array.from({ length: 3 }, () => "[private key]"), '{"key":"[private key]"}']);
    expect(Reflect.ownKeys(key)).toEqual([]);
    expect(() => structuredClone(key).reveal()).toThrow();
  });

  test("hands out copies, so that wiping one leaves the key as it was", () => {
    key.revealBytes().fill(0);
    expect(publicKeyOf(key)).toBe(base64OfHex(ALICE.public));
  });

  test("is not repeated by the error that refuses it", () => {
    const almost = key.reveal().slice(0, -1);
    expect(codeOf(() => parsePrivateKey(almost))).toBe("bad_request");
    expect(() => parsePrivateKey(almost)).not.toThrow(almost.slice(0, 10));
  });
});

describe("a public key", () => {
  test("is accepted with white space around it, and kept without", () => {
    expect(parsePublicKey(` ${base64OfHex(BOB.public)}\n`)).toBe(base64OfHex(BOB.public));
  });

  test.each([
    ["empty", ""],
    ["a word", "laptop"],
    ["hex", BOB.public],
    ["31 bytes", base64OfHex(BOB.public.slice(2))],
    ["33 bytes", base64OfHex(`${BOB.public}00`)],
    ["no padding", base64OfHex(BOB.public).slice(0, -1)],
    ["stray trailing bits", base64OfHex(BOB.public).replace(/.=$/, "9=")],
    ["a second line (T15)", `${base64OfHex(BOB.public)}\nPostUp = id`],
    ["the URL alphabet", "_".repeat(43) + "="],
    ["top bit set", base64OfHex(BOB.public.slice(0, 62) + "cf")],
    ["2^255 - 19, another name for zero", base64OfHex(`ed${"ff".repeat(30)}7f`)],
  ])("is refused: %s", (_what, text) => {
    expect(codeOf(() => parsePublicKey(text))).toBe("public_key_invalid");
  });

  // With these the shared secret is all zeros for every private key (RFC 7748, section 6.1).
  test.each([
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    `ec${"ff".repeat(30)}7f`,
  ])("of low order is refused: %s", (hex) => {
    expect(nacl.scalarMult(fromHex(ALICE.private), fromHex(hex))).toEqual(new Uint8Array(32));
    expect(codeOf(() => parsePublicKey(base64OfHex(hex)))).toBe("public_key_invalid");
  });
});
