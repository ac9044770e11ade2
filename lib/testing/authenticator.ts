/** An authenticator in software (WebAuthn Level 3): makes passkeys with ES256, and answers with them, as a browser would hand it on. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { RandomBytes } from "@/lib/core/ports";

export interface Behaviour {
  /** Where the page is that asks. */
  origin?: string;
  /** Whether PIN, finger or face was checked. */
  userVerified?: boolean;
  /** Whether the page sits inside another one. */
  crossOrigin?: boolean;
  /** Instead of the options' own. */
  challenge?: string;
}

export interface Authenticator {
  create(options: PublicKeyCredentialCreationOptionsJSON, behaviour?: Behaviour): RegistrationResponseJSON;
  /** Answers with the first passkey that the options allow, or the one made last. */
  get(options: PublicKeyCredentialRequestOptionsJSON, behaviour?: Behaviour): AuthenticationResponseJSON;
}

interface Credential {
  id: Buffer;
  userHandle: string;
  privateKey: KeyObject;
  counter: number;
}

const sha256 = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();

/** CBOR (RFC 8949) of the few shapes that an authenticator sends. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
}
type Cbor = number | string | Buffer | Map<number | string, Cbor>;
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/** @param origin of the portal, where its pages are */
export function makeAuthenticator(origin: string, randomBytes: RandomBytes): Authenticator {
  const credentials: Credential[] = [];
  const clientData = (type: string, challenge: string, { origin: from = origin, crossOrigin = false, challenge: other }: Behaviour): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge: other ?? challenge, origin: from, crossOrigin }));
  const authenticatorData = (rpId: string, flags: number, counter: number, rest: Buffer = Buffer.alloc(0)): Buffer =>
    Buffer.concat([sha256(rpId), Buffer.from([flags]), u32(counter), rest]);

  return {
    create(options, behaviour = {}) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const { x = "", y = "" } = publicKey.export({ format: "jwk" });
      const id = Buffer.from(randomBytes(32));
      credentials.push({ id, userHandle: options.user.id, privateKey, counter: 0 });
      const key = cbor(new Map<number, Cbor>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, "base64url")], [-3, Buffer.from(y, "base64url")]]));
      const flags = USER_PRESENT | HAS_CREDENTIAL | (behaviour.userVerified === false ? 0 : USER_VERIFIED);
      const authData = authenticatorData(options.rp.id ?? "", flags, 0, Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key]));
      const attestation = cbor(new Map<string, Cbor>([["fmt", "none"], ["attStmt", new Map()], ["authData", authData]]));
      return {
        id: id.toString("base64url"),
        rawId: id.toString("base64url"),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData("webauthn.create", options.challenge, behaviour).toString("base64url"),
          attestationObject: attestation.toString("base64url"),
          transports: ["internal"],
        },
      };
    },
    get(options, behaviour = {}) {
      const allowed = new Set((options.allowCredentials ?? []).map(({ id }) => id));
      const credential = credentials.find(({ id }) => allowed.has(id.toString("base64url"))) ?? credentials.at(-1);
      if (!credential) throw new Error("This authenticator holds no passkey.");
      credential.counter += 1;
      const data = clientData("webauthn.get", options.challenge, behaviour);
      const authData = authenticatorData(options.rpId ?? "", USER_PRESENT | (behaviour.userVerified === false ? 0 : USER_VERIFIED), credential.counter);
      return {
        id: credential.id.toString("base64url"),
        rawId: credential.id.toString("base64url"),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: data.toString("base64url"),
          authenticatorData: authData.toString("base64url"),
          signature: sign("sha256", Buffer.concat([authData, sha256(data)]), credential.privateKey).toString("base64url"),
          userHandle: credential.userHandle,
        },
      };
    },
  };
}
