/** An instance's API key: sealed for its subscription, and looked up by a hash that only this portal can make. */
import { createHmac } from "node:crypto";
import { endingOf } from "@/lib/core/api-key";
import type { NewApiKey, SealedApiKey } from "@/lib/db/api-keys";
import type { Ports } from "@/lib/ports";
import { seal, unseal } from "./sealing";

export const apiKeyPlace = ({ subscriptionId }: { subscriptionId: string }): string => `api key of ${subscriptionId}`;

export const apiKeyHashOf = (ports: Pick<Ports, "config">, apiKey: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHmac("sha256", ports.config.deriveKey("api key look-up")).update(apiKey).digest());

export function sealApiKey(ports: Ports, subscriptionId: string, apiKey: string): NewApiKey {
  const sealed = seal(ports.config.keyring, ports.randomBytes, apiKeyPlace({ subscriptionId }), new TextEncoder().encode(apiKey));
  return { subscriptionId, keyHash: apiKeyHashOf(ports, apiKey), sealedKey: sealed.bytes, keyVersion: sealed.keyVersion, ending: endingOf(apiKey), createdAt: ports.clock.now() };
}

export const openApiKey = (ports: Pick<Ports, "config">, key: SealedApiKey): string =>
  new TextDecoder().decode(unseal(ports.config.keyring, apiKeyPlace(key), { bytes: key.sealedKey, keyVersion: key.keyVersion }));
