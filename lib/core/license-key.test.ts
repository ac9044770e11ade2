/** A license key is what this portal signed, however it is typed; everything else is nothing. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { makeLicenseKey, readLicenseKey } from "@/lib/core/license-key";

const SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

test("a key reads back as the license that it was made for, however it is typed", () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      const key = makeLicenseKey(SEED, id);
      expect(key).toMatch(/^PCL(-[A-Z2-7]{8}){16}$/);
      expect(readLicenseKey(SEED, key)).toBe(id);
      expect(readLicenseKey(SEED, ` ${key.toLowerCase().replaceAll("-", " ")}\n`)).toBe(id);
    }),
    { numRuns: 20 },
  );
});

test("another portal's key is none", () => {
  expect(readLicenseKey(SEED.map((byte) => byte + 1), makeLicenseKey(SEED, ID))).toBeNull();
});

test("no other text is one: a character more, less or changed", () => {
  const key = makeLicenseKey(SEED, ID);
  expect([readLicenseKey(SEED, `${key}A`), readLicenseKey(SEED, key.slice(0, -1)), readLicenseKey(SEED, key.slice(4)), readLicenseKey(SEED, "")]).toEqual([null, null, null, null]);
  fc.assert(
    fc.property(fc.integer({ min: 4, max: key.length - 1 }), fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ2345670189!"), (at, character) => {
      const changed = key.slice(0, at) + character + key.slice(at + 1);
      fc.pre(changed !== key && key[at] !== "-");
      expect(readLicenseKey(SEED, changed)).toBeNull();
    }),
    { numRuns: 30 },
  );
});

test("any text at all is read without trouble", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => readLicenseKey(SEED, text) === null));
});
