/**
 * Passkeys (WebAuthn Level 3). Each is discoverable, so that it signs in without an address being typed, and each use verifies the person
 * (PIN, finger, face), so that it is two factors in one.
 */
import { isIP } from "node:net";
import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";
import type { Tx } from "@/lib/db/client";
import { listCredentials, lockPasskey, notePasskeyUse } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";

type Bytes = Uint8Array<ArrayBuffer>;

const CHALLENGE_BYTES = 32;
/** How long the browser's own dialog stays. */
const DIALOG_MS = 5 * 60_000;

/** Browsers make passkeys for host names on https, and for localhost; never for a bare address. */
export const passkeysWorkOn = (url: URL): boolean =>
  isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0 && (url.protocol === "https:" || url.hostname === "localhost" || url.hostname.endsWith(".localhost"));

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const toBytes = (text: string): Bytes => new Uint8Array(Buffer.from(text, "base64url"));

/** The account's id, without its dashes' text: what an authenticator keeps to say whose passkey it is. Random, so that it tells nothing. */
const handleOf = (userId: string): Bytes => new Uint8Array(Buffer.from(userId.replaceAll("-", ""), "hex"));

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/).max(32_000);

/** Fields that are checked here; the library checks the rest. */
const assertion = z.object({
  id: base64url.min(1).max(1400),
  rawId: base64url.min(1).max(1400),
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}).loose().default({}),
  response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url, userHandle: base64url.max(100).nullish() }),
});

const attestation = z.object({
  id: base64url.min(1).max(1400),
  rawId: base64url.min(1).max(1400),
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}).loose().default({}),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(30)).max(10).default([]),
  }),
});

const clientData = z.object({ challenge: z.string(), crossOrigin: z.boolean().optional() });

/** What the browser says it signed; null when that is unreadable, or was asked for by a page inside another. */
function readClientData(encoded: string): z.infer<typeof clientData> | null {
  try {
    const parsed = clientData.safeParse(JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")));
    return parsed.success && parsed.data.crossOrigin !== true ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * @param userId whose passkeys may answer; null: anyone's, to sign in with
 * @returns options for the browser, and the challenge to keep until it answers
 */
export async function passkeyRequestOptions(
  ports: Ports,
  { userId }: { userId: string | null },
  tx: Tx = ports.db.read,
): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; challenge: Bytes }> {
  const challenge = new Uint8Array(ports.randomBytes(CHALLENGE_BYTES));
  const options = await generateAuthenticationOptions({
    rpID: ports.config.url.hostname,
    challenge,
    allowCredentials: userId === null ? [] : (await listCredentials(tx, userId)).map(({ credentialId, transports }) => ({ id: toText(credentialId), transports })),
    userVerification: "required",
    timeout: DIALOG_MS,
  });
  return { options, challenge };
}

/**
 * Checks what an authenticator answered, and notes the use. The caller sees to it that a challenge is accepted once.
 *
 * @param userId whose passkey it must be; null: whoever's it is
 */
export async function verifyPasskey(
  ports: Ports,
  tx: Tx,
  { challenge, response, userId }: { challenge: Uint8Array; response: unknown; userId: string | null },
): Promise<{ ok: true; userId: string; passkeyId: string } | { ok: false }> {
  const parsed = assertion.safeParse(response);
  if (!parsed.success || readClientData(parsed.data.response.clientDataJSON) === null) return { ok: false };
  const passkey = await lockPasskey(tx, toBytes(parsed.data.id));
  if (!passkey || (userId !== null && passkey.userId !== userId)) return { ok: false };
  const { userHandle } = parsed.data.response;
  // Without a person named beforehand, the authenticator must name the one (WebAuthn Level 3, section 7.2, step 6).
  if (userHandle ? userHandle !== toText(handleOf(passkey.userId)) : userId === null) return { ok: false };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...parsed.data, response: { ...parsed.data.response, userHandle: userHandle ?? undefined } } satisfies AuthenticationResponseJSON,
      expectedChallenge: toText(challenge),
      expectedOrigin: ports.config.url.origin,
      expectedRPID: ports.config.url.hostname,
      credential: { id: toText(passkey.credentialId), publicKey: new Uint8Array(passkey.publicKey), counter: Number(passkey.counter), transports: passkey.transports },
      requireUserVerification: true,
    });
    if (!verified) return { ok: false };
    await notePasskeyUse(tx, passkey.id, { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp, now: ports.clock.now() });
    return { ok: true, userId: passkey.userId, passkeyId: passkey.id };
  } catch (error) {
    // The library refuses by throwing. Whatever the database says is not for it to answer.
    if (isRefusal(error)) return { ok: false };
    throw error;
  }
}

/** The library throws plain errors; the database's have codes of their own. */
const isRefusal = (error: unknown): boolean => error instanceof Error && !("code" in error && /^P\d{4}$/.test(String(error.code)));

export async function passkeyCreationOptions(
  ports: Ports,
  tx: Tx,
  user: { userId: string; email: string; name: string },
): Promise<{ options: PublicKeyCredentialCreationOptionsJSON; challenge: Bytes }> {
  const challenge = new Uint8Array(ports.randomBytes(CHALLENGE_BYTES));
  const options = await generateRegistrationOptions({
    rpName: "Portcullis",
    rpID: ports.config.url.hostname,
    userName: user.email,
    userDisplayName: user.name,
    userID: handleOf(user.userId),
    challenge,
    attestationType: "none",
    excludeCredentials: (await listCredentials(tx, user.userId)).map(({ credentialId, transports }) => ({ id: toText(credentialId), transports })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    timeout: DIALOG_MS,
  });
  return { options, challenge };
}

/** The challenge that an answer says it was made for: to find what was asked. null: unreadable. Proves nothing. */
export function challengeOfCreation(response: unknown): Bytes | null {
  const parsed = attestation.safeParse(response);
  const data = parsed.success ? readClientData(parsed.data.response.clientDataJSON) : null;
  return data && /^[A-Za-z0-9_-]{43}$/.test(data.challenge) ? toBytes(data.challenge) : null;
}

export interface CreatedPasskey {
  credentialId: Bytes;
  publicKey: Bytes;
  counter: bigint;
  transports: string[];
  backedUp: boolean;
}

/** @returns null when the answer is not right */
export async function verifyCreatedPasskey(ports: Ports, challenge: Uint8Array, response: unknown): Promise<CreatedPasskey | null> {
  const parsed = attestation.safeParse(response);
  if (!parsed.success || readClientData(parsed.data.response.clientDataJSON) === null) return null;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: parsed.data satisfies RegistrationResponseJSON,
      expectedChallenge: toText(challenge),
      expectedOrigin: ports.config.url.origin,
      expectedRPID: ports.config.url.hostname,
      requireUserVerification: true,
    });
    if (!verified) return null;
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      credentialId: toBytes(credential.id),
      publicKey: new Uint8Array(credential.publicKey),
      counter: BigInt(credential.counter),
      transports: parsed.data.response.transports,
      backedUp: credentialBackedUp,
    };
  } catch {
    // The library refuses by throwing.
    return null;
  }
}
