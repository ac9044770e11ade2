/** Seals again, with the highest key version, whatever an older one sealed. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { apiKeyPlace } from "@/lib/auth/api-keys";
import { totpPlace } from "@/lib/auth/factors/totp";
import { seal, unseal } from "@/lib/auth/sealing";
import type { Keyring } from "@/lib/core/encryption-keys";
import { lockApiKeysNotSealedWith, resealApiKey } from "@/lib/db/api-keys";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { lockTotpNotSealedWith, resealTotp } from "@/lib/db/factors";
import type { StorePorts } from "@/lib/ports";

const BATCH = 100;

/**
 * Works while the portal runs, and can be stopped and started again: each batch is one transaction, and a device in use waits for it.
 *
 * @param progress called after each batch with how many were sealed again so far
 * @returns how many were sealed again
 * @throws Error naming the version of a key that is not in the settings; batches before it are done
 */
export async function rotateKeys(ports: StorePorts, keyring: Keyring, progress: (done: number) => void = () => undefined): Promise<number> {
  let done = 0;
  for (const reseal of [resealDevices, resealApiKeys]) {
    for (;;) {
      const batch = await ports.db.transaction((tx) => reseal(ports, tx, keyring));
      if (batch === 0) break;
      done += batch;
      progress(done);
    }
  }
  return done;
}

async function resealDevices(ports: StorePorts, tx: Tx, keyring: Keyring): Promise<number> {
  const [{ version }] = keyring;
  const devices = await lockTotpNotSealedWith(tx, version, BATCH);
  for (const device of devices) {
    const place = totpPlace(device);
    const sealed = seal(keyring, ports.randomBytes, place, unseal(keyring, place, { bytes: device.sealedSecret, keyVersion: device.keyVersion }));
    await resealTotp(tx, device.id, sealed.bytes, sealed.keyVersion);
  }
  await appendAudit(
    tx,
    devices.map((device) => ({
      chain: device.userId,
      at: ports.clock.now(),
      action: "totp.resealed",
      actor: PORTAL_ACTOR,
      subject: { kind: "totp", id: device.id },
      sourceAddress: null,
      data: { from: device.keyVersion, to: version },
    })),
  );
  return devices.length;
}

async function resealApiKeys(ports: StorePorts, tx: Tx, keyring: Keyring): Promise<number> {
  const [{ version }] = keyring;
  const keys = await lockApiKeysNotSealedWith(tx, version, BATCH);
  for (const key of keys) {
    const place = apiKeyPlace(key);
    const sealed = seal(keyring, ports.randomBytes, place, unseal(keyring, place, { bytes: key.sealedKey, keyVersion: key.keyVersion }));
    await resealApiKey(tx, key.subscriptionId, sealed.bytes, sealed.keyVersion);
  }
  await appendAudit(
    tx,
    keys.map((key) => ({
      chain: key.subscriptionId,
      at: ports.clock.now(),
      action: "api_key.resealed",
      actor: PORTAL_ACTOR,
      subject: { kind: "subscription", id: key.subscriptionId },
      sourceAddress: null,
      data: { from: key.keyVersion, to: version },
    })),
  );
  return keys.length;
}
