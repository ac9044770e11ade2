/** T19: encryption at rest. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { verifyTotp } from "@/lib/auth/factors/totp";
import type { Keyring } from "@/lib/core/encryption-keys";
import { addPhone, type Phone } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { rotateKeys } from "@/lib/usecases/rotate-keys";
import { seal, unseal } from "./sealing";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const old = { version: 1, key: random(32) };
const recent = { version: 2, key: random(32) };
const secret = random(20);

describe("T19: a secret at rest", () => {
  test("opens where it was sealed for, and nowhere else", () => {
    const sealed = seal([old], random, "totp a of ada", secret);
    expect(unseal([old], "totp a of ada", { bytes: sealed.bytes, keyVersion: 1 })).toEqual(secret);
    expect(() => unseal([old], "totp a of eve", { bytes: sealed.bytes, keyVersion: 1 })).toThrow("does not open");
  });

  test("has a fresh nonce each time, and its bytes hold nothing of the secret", () => {
    const sealed = Array.from({ length: 200 }, () => Buffer.from(seal([old], random, "place", secret).bytes).toString("hex"));
    expect(new Set(sealed.map((hex) => hex.slice(0, 48))).size).toBe(200);
    for (const hex of sealed) expect(hex).not.toContain(Buffer.from(secret).toString("hex"));
  });

  test("is sealed with the highest version, and opens with an older one as long as that is there", () => {
    const both: Keyring = [recent, old];
    const before = seal([old], random, "place", secret);
    const after = seal(both, random, "place", secret);
    expect([before.keyVersion, after.keyVersion]).toEqual([1, 2]);
    for (const { bytes, keyVersion } of [before, after]) expect(unseal(both, "place", { bytes, keyVersion })).toEqual(secret);
    expect(() => unseal([recent], "place", before)).toThrow("key version 1");
  });

  test("does not open once a single bit was altered, nor under another version's key", () => {
    const { bytes } = seal([old], random, "place", secret);
    for (let i = 0; i < bytes.length; i += 1) {
      const altered = Uint8Array.from(bytes);
      altered[i]! ^= 1;
      expect(() => unseal([old], "place", { bytes: altered, keyVersion: 1 })).toThrow();
    }
    expect(() => unseal([{ version: 1, key: recent.key }], "place", { bytes, keyVersion: 1 })).toThrow("does not open");
    expect(() => unseal([old], "place", { bytes: new Uint8Array(3), keyVersion: 1 })).toThrow("does not open");
  });
});

describe("T19: rotating keys", () => {
  let kit: Kit;
  beforeAll(async () => {
    kit = await openKit();
  });
  afterAll(() => kit.close());

  const withKeys = (keyring: Keyring): Kit["ports"] => ({ ...kit.ports, config: { ...kit.ports.config, keyring } });
  const versions = async (): Promise<number[]> => (await kit.sql<{ key_version: number }>("SELECT DISTINCT key_version FROM totp_devices ORDER BY 1")).map(({ key_version }) => key_version);

  test("seals every app's secret again, in use or not, and its codes go on working; then the old key can go", async () => {
    const [derived] = kit.ports.config.keyring;
    const owners: { actor: Actor; phone: Phone }[] = [];
    for (let i = 0; i < 4; i += 1) {
      const actor = await person(kit, `owner-${i}@acme.test`);
      owners.push({ actor, phone: await addPhone(kit, actor) });
    }
    const before = await kit.sql<{ bytes: string }>("SELECT encode(sealed_secret, 'hex') AS bytes FROM totp_devices");
    const both: Keyring = [{ version: 2, key: random(32) }, derived];
    const verify = (ports: Kit["ports"]) => Promise.all(owners.map(({ actor, phone }) => ports.db.transaction((tx) => verifyTotp(ports, tx, actor.userId, phone.code()))));

    const [during, again] = await Promise.all([verify(withKeys(both)), rotateKeys(kit.ports, both)]);
    expect(during.every(({ ok }) => ok)).toBe(true);
    expect(again).toBe(4);
    expect(await versions()).toEqual([2]);
    const after = await kit.sql<{ bytes: string }>("SELECT encode(sealed_secret, 'hex') AS bytes FROM totp_devices");
    expect(after.filter(({ bytes }) => before.some((one) => one.bytes === bytes))).toEqual([]);
    kit.clock.advance(30_000);
    expect((await verify(withKeys([both[0]]))).every(({ ok }) => ok)).toBe(true);
    expect(await kit.sql("SELECT count(*)::int AS events FROM audit_events WHERE action = 'totp.resealed' AND data = '{\"from\": 1, \"to\": 2}'")).toEqual([{ events: 4 }]);
    expect(await rotateKeys(kit.ports, both)).toBe(0);
  });

  test("stops with the version's number when a key is missing, and leaves what it can't open as it was", async () => {
    const stranger: Keyring = [{ version: 7, key: random(32) }];
    await expect(rotateKeys(kit.ports, stranger)).rejects.toThrow("key version 2, which PORTAL_ENCRYPTION_KEYS doesn't hold");
    expect(await versions()).toEqual([2]);
  });
});
