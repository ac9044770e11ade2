/** The neighbour's service: in a network namespace of its own, and joined to its instance by the agent, as the example for operators does it. */
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ip, namespaces, removeNamespace } from "@/scripts/demo/network";

const EXAMPLE = "agent/examples/on-instance-up";

export interface JoinedService {
  namespace: string;
  /** For the agent (PORTCULLIS_HOOKS_DIR). */
  hooksFolder: string;
}

/** Makes the namespace anew, and tells the agent's program which instance it belongs to. */
export async function prepareJoinedService(options: { namespace: string; folder: string; instanceId: string; port: number }): Promise<JoinedService> {
  const { namespace, folder, instanceId, port } = options;
  await removeJoinedService(namespace);
  await ip("netns", "add", namespace);
  const hooksFolder = join(folder, "hooks");
  await mkdir(join(hooksFolder, "services"), { recursive: true });
  await chmod(hooksFolder, 0o755);
  await copyFile(EXAMPLE, join(hooksFolder, "on-instance-up"));
  await chmod(join(hooksFolder, "on-instance-up"), 0o755);
  await writeFile(join(hooksFolder, "services", instanceId), `SERVICE_NAMESPACE=${namespace}\nSERVICE_PORTS="${port}"\n`);
  return { namespace, hooksFolder };
}

export async function removeJoinedService(namespace: string): Promise<void> {
  if ((await namespaces()).includes(namespace)) await removeNamespace(namespace);
}
