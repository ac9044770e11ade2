/** Who this gateway is to the portal: its credential, and the key that browsers seal preshared keys to. Both are made here. */
import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { makePrivateFolder, readIfThere, writePrivateFile } from "@/agent/files";
import { type KeyPair, generateKeyPair, parsePrivateKey, publicKeyOf } from "@/lib/core/keys";
import { credentialSchema } from "@/lib/protocol/messages";

export interface Identity {
  credential: string;
  box: KeyPair;
  /** The one before; null: there was none, or it isn't known any more. */
  formerCredential: string | null;
  /** Made, and perhaps handed in: from its first use on the portal knows this one alone. null: there is none. */
  nextCredential: string | null;
  /** SHA-256 in hex of the token that the credential goes with; tells a new token from the one that was spent. */
  tokenHash: string;
  /** null: the portal has not answered yet. */
  enrolment: { gatewayId: string; name: string } | null;
}

const fileSchema = z.object({
  credential: credentialSchema,
  formerCredential: credentialSchema.nullable().default(null),
  nextCredential: credentialSchema.nullable().default(null),
  boxPrivateKey: z.string(),
  tokenHash: z.string(),
  enrolment: z.object({ gatewayId: z.string(), name: z.string() }).nullable(),
});

export const tokenHashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Two files: the identity in use, and one that is being enrolled, so that a token that is refused costs nothing. */
export class IdentityStore {
  private readonly file: string;
  private readonly pendingFile: string;

  constructor(private readonly stateFolder: string) {
    this.file = path.join(stateFolder, "identity.json");
    this.pendingFile = path.join(stateFolder, "enrolling.json");
  }

  /** null: never enrolled. @throws Error when the file is damaged: enrolling again is the operator's decision. */
  read(): Promise<Identity | null> {
    return readIdentity(this.file);
  }

  readPending(): Promise<Identity | null> {
    return readIdentity(this.pendingFile);
  }

  async writePending(identity: Identity): Promise<void> {
    await makePrivateFolder(this.stateFolder);
    await writePrivateFile(this.pendingFile, textOfIdentity(identity));
  }

  /** Puts the enrolled identity in use. */
  async write(identity: Identity): Promise<void> {
    await makePrivateFolder(this.stateFolder);
    await writePrivateFile(this.file, textOfIdentity(identity));
    await rm(this.pendingFile, { force: true });
  }
}

async function readIdentity(file: string): Promise<Identity | null> {
  const text = await readIfThere(file);
  if (text === null) return null;
  const parsed = fileSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`${file} is damaged. Remove it and enrol the gateway with a new token.`);
  const { boxPrivateKey, ...rest } = parsed.data;
  const privateKey = parsePrivateKey(boxPrivateKey);
  return { ...rest, box: { privateKey, publicKey: publicKeyOf(privateKey) } };
}

const textOfIdentity = ({ box, ...rest }: Identity): string => `${JSON.stringify({ ...rest, boxPrivateKey: box.privateKey.reveal() }, null, 2)}\n`;

export const newCredential = (): string => `pcg_${randomBytes(32).toString("base64url")}`;

/** A new credential for a token; the box key stays, since preshared keys are sealed to it. */
export function newIdentity(token: string, previous: Identity | null): Identity {
  return {
    credential: newCredential(),
    formerCredential: null,
    nextCredential: null,
    box: previous?.box ?? generateKeyPair(randomBytes),
    tokenHash: tokenHashOf(token),
    enrolment: null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
