/** One network namespace per instance: what keeps tenants apart, even where they picked the same subnet. */
import { access } from "node:fs/promises";
import { run } from "@/agent/device/command";

/** "port", which rules of the operator's put on what they let through (agent/examples). */
export const OPERATORS_MARK = "0x706f7274";

/**
 * Peers reach the instance, which lives in this namespace, and nothing beyond: neither each other nor another network
 * that the operator attaches, unless the operator's own rules in this namespace mark a packet for it. Marks don't travel:
 * none comes out of a tunnel. Declared, deleted and declared again in one transaction, so it can be loaded at any time.
 */
const DENY_FORWARDING = `
table inet portcullis
delete table inet portcullis
table inet portcullis {
  chain forward {
    type filter hook forward priority 0; policy drop;
    meta mark ${OPERATORS_MARK} accept
  }
}
`;

export async function namespaceExists(name: string): Promise<boolean> {
  try {
    await access(`/run/netns/${name}`);
    return true;
  } catch {
    return false;
  }
}

/** Makes the namespace if need be, with loopback up and forwarding denied for IPv4 and IPv6. @throws CommandFailed */
export async function ensureNamespace(name: string): Promise<void> {
  if (!(await namespaceExists(name))) await run("ip", ["netns", "add", name]);
  await run("nft", ["-f", "-"], { namespace: name, input: DENY_FORWARDING });
  await run("ip", ["-n", name, "link", "set", "lo", "up"]);
}

/** Processes that run inside keep running, unreachable. @throws CommandFailed */
export async function deleteNamespace(name: string): Promise<void> {
  if (await namespaceExists(name)) await run("ip", ["netns", "delete", name]);
}
