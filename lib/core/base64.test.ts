import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "@/lib/core/base64";

describe("base64", () => {
  test("agrees with Node's own for any bytes, and decodes what it encodes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  test("accepts one text for one value: whatever it decodes, it encodes to the same text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9+/=_-]{0,12}\s?$/)), (text) => {
        const bytes = decodeBase64(text);
        expect(bytes === null || encodeBase64(bytes) === text).toBe(true);
      }),
    );
  });

  test.each(["Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z_==", "Z===", "=", "Zg==Zg==", "Zm 9v"])("refuses %j", (text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});
