import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { generateKeyPair, publicKeyOf } from "@/lib/core/keys";
import { openPresharedKey } from "@/lib/core/sealed-key";
import { makeClientKeys } from "./client-keys";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const gateway = generateKeyPair(random);

describe("the keys of a client that is being added", () => {
  it("are a pair, with a preshared key that only the gateway opens", () => {
    const keys = makeClientKeys({ challengeId: "c", sealTo: gateway.publicKey, ownKey: "" }, random);
    expect(keys.privateKey && publicKeyOf(keys.privateKey)).toBe(keys.publicKey);
    expect(openPresharedKey(keys.sealedPresharedKey ?? "", gateway.privateKey)).toEqual(keys.presharedKey);
    expect(openPresharedKey(keys.sealedPresharedKey ?? "", generateKeyPair(random).privateKey)).toBeNull();
  });

  it("leave a person's own private key where it is", () => {
    const own = generateKeyPair(random).publicKey;
    const keys = makeClientKeys({ challengeId: "c", sealTo: gateway.publicKey, ownKey: ` ${own}\n` }, random);
    expect(keys.privateKey).toBeNull();
    expect(keys.publicKey).toBe(own);
  });

  it("come without a preshared key where the instance's host could not open one", () => {
    expect(makeClientKeys({ challengeId: "c", sealTo: null, ownKey: "" }, random)).toMatchObject({ presharedKey: null, sealedPresharedKey: null });
  });

  it("can't be printed", () => {
    const keys = makeClientKeys({ challengeId: "c", sealTo: gateway.publicKey, ownKey: "" }, random);
    expect(JSON.stringify({ privateKey: keys.privateKey })).not.toContain(keys.privateKey?.reveal());
  });
});
