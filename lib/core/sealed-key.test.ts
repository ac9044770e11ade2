import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "@/lib/core/base64";
import { PortcullisError } from "@/lib/core/errors";
import { generateKeyPair, generatePresharedKey } from "@/lib/core/keys";
import { openPresharedKey, parseSealedKey, sealPresharedKey } from "@/lib/core/sealed-key";

const gateway = generateKeyPair(randomBytes);
const stranger = generateKeyPair(randomBytes);

describe("a sealed preshared key", () => {
  test("opens at the gateway it was sealed to, and there alone", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (presharedKey) => {
        const sealed = sealPresharedKey(presharedKey, gateway.publicKey, randomBytes);
        expect(parseSealedKey(sealed)).toBe(sealed);
        expect(decodeBase64(sealed)).toHaveLength(105);
        expect(openPresharedKey(sealed, gateway.privateKey)).toEqual(presharedKey);
        expect(openPresharedKey(sealed, stranger.privateKey)).toBeNull();
      }),
      { numRuns: 20 },
    );
  });

  test("is different each time, so that nobody can tell whether two clients share one", () => {
    const presharedKey = generatePresharedKey(randomBytes);
    const seal = (): string => sealPresharedKey(presharedKey, gateway.publicKey, randomBytes);
    expect(seal().slice(4)).not.toBe(seal().slice(4));
  });

  test("opens no more once any of its bits is flipped", () => {
    const bytes = decodeBase64(sealPresharedKey(generatePresharedKey(randomBytes), gateway.publicKey, randomBytes))!;
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        // The top bit of the ephemeral key is not part of its number (RFC 7748, section 5).
        fc.pre(bit !== 32 * 8 + 7);
        const altered = Uint8Array.from(bytes);
        altered[bit >> 3] = altered[bit >> 3]! ^ (1 << (bit & 7));
        expect(openPresharedKey(encodeBase64(altered), gateway.privateKey)).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  test("is refused by the portal when its version or length is another", () => {
    const sealed = decodeBase64(sealPresharedKey(new Uint8Array(32), gateway.publicKey, randomBytes))!;
    const texts = ["", "AQ==", encodeBase64(sealed.subarray(1)), encodeBase64(Uint8Array.from(sealed).fill(2, 0, 1)), `${encodeBase64(sealed)}\n`, encodeBase64(new Uint8Array(32))];
    for (const text of texts) {
      expect(() => parseSealedKey(text)).toThrow(expect.objectContaining({ code: "sealed_key_invalid" }) as PortcullisError);
      expect(openPresharedKey(text, gateway.privateKey)).toBeNull();
    }
  });

  test("can't be made from a key of another length", () => {
    expect(() => sealPresharedKey(new Uint8Array(31), gateway.publicKey, randomBytes)).toThrow(RangeError);
  });
});
