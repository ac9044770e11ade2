/**
 * The private keys of instances, one file each. The file is written before the interface exists and removed after it is
 * gone, so it is also the record of what this agent made on the host.
 */
import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { makePrivateFolder, readIfThere, syncFolder, writePrivateFile } from "@/agent/files";
import { type KeyPair, generateKeyPair, parsePrivateKey, publicKeyOf } from "@/lib/core/keys";
import { interfaceNameSchema } from "@/lib/protocol/messages";

export interface MadeInstance {
  interfaceName: string;
  keys: KeyPair;
}

const fileSchema = z.object({ interfaceName: interfaceNameSchema, privateKey: z.string() });

export class InstanceKeys {
  private readonly made = new Map<string, MadeInstance>();

  private constructor(private readonly folder: string) {}

  static async open(stateFolder: string): Promise<InstanceKeys> {
    const store = new InstanceKeys(path.join(stateFolder, "instances"));
    await makePrivateFolder(store.folder);
    for (const name of await readdir(store.folder)) {
      const match = /^([0-9a-f-]{36})\.json$/.exec(name);
      const text = match === null ? null : await readIfThere(path.join(store.folder, name));
      if (match === null || text === null) continue;
      const { interfaceName, privateKey } = fileSchema.parse(JSON.parse(text));
      const key = parsePrivateKey(privateKey);
      store.made.set(match[1]!, { interfaceName, keys: { privateKey: key, publicKey: publicKeyOf(key) } });
    }
    return store;
  }

  get(instanceId: string): MadeInstance | undefined {
    return this.made.get(instanceId);
  }

  entries(): [instanceId: string, made: MadeInstance][] {
    return [...this.made.entries()];
  }

  /** The instance's key pair; made and on disk when this returns. */
  async ensure(instanceId: string, interfaceName: string): Promise<KeyPair> {
    const found = this.made.get(instanceId);
    if (found?.interfaceName === interfaceName) return found.keys;
    const keys = found?.keys ?? generateKeyPair(randomBytes);
    await writePrivateFile(this.fileOf(instanceId), `${JSON.stringify({ interfaceName, privateKey: keys.privateKey.reveal() })}\n`);
    this.made.set(instanceId, { interfaceName, keys });
    return keys;
  }

  async forget(instanceId: string): Promise<void> {
    await rm(this.fileOf(instanceId), { force: true });
    await syncFolder(this.folder);
    this.made.delete(instanceId);
  }

  private fileOf(instanceId: string): string {
    return path.join(this.folder, `${instanceId}.json`);
  }
}
