/** One network namespace per instance: what keeps tenants apart, even where they picked the same subnet. */
import { access } from "node:fs/promises";
import { CommandFailed, type Run } from "@/agent/device/command";

/** "port", which rules of the operator's put on what they let through (agent/examples). */
const OPERATORS_MARK = "0x706f7274";

const OPERATORS_RULE = `meta mark ${OPERATORS_MARK} accept`;
const reachRule = (name: string): string => `iifname "${name}" oifname "${name}" accept`;

/**
 * Peers reach the instance, which lives in this namespace, and nothing beyond: each other only where the instance says so, and no other
 * network that the operator attaches, unless the operator's own rules in this namespace mark a packet for it. Marks don't travel: none
 * comes out of a tunnel. Declared, deleted and declared again in one transaction, so it can be loaded at any time.
 */
const forwardingRules = (name: string, peersReach: boolean): string => `
table inet portcullis
delete table inet portcullis
table inet portcullis {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ${OPERATORS_RULE}
    ${peersReach ? reachRule(name) : ""}
  }
}
`;

/** What is forwarded besides what the operator marks: nothing, or from peer to peer as well; "altered": the rules are not ours, or gone. */
export type Forwarding = "none" | "peers" | "altered";

const FORWARDING_SWITCHES = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"];

/** Read back from the kernel; where the rules let peers reach one another and the kernel forwards nothing, it isn't so. @throws CommandFailed, but for rules that are gone */
export async function readForwarding(run: Run, name: string): Promise<Forwarding> {
  let text: string;
  try {
    text = await run("nft", ["list", "table", "inet", "portcullis"], { namespace: name });
  } catch (error) {
    if (error instanceof CommandFailed && /No such file or directory/.test(error.said)) return "altered";
    throw error;
  }
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "}");
  const [table, chain, hook, ...rules] = lines;
  if (table !== "table inet portcullis {" || chain !== "chain forward {" || !/^type filter hook forward priority \S+; policy drop;$/.test(hook ?? "")) return "altered";
  if (rules[0] !== OPERATORS_RULE) return "altered";
  if (rules.length === 1) return "none";
  if (rules.length !== 2 || rules[1] !== reachRule(name)) return "altered";
  return /^1\s+1\s*$/.test(await run("cat", FORWARDING_SWITCHES, { namespace: name })) ? "peers" : "altered";
}

export async function namespaceExists(name: string): Promise<boolean> {
  try {
    await access(`/run/netns/${name}`);
    return true;
  } catch {
    return false;
  }
}

/** Makes the namespace if need be, with loopback up and forwarding as it is to be, for IPv4 and IPv6. @throws CommandFailed */
export async function ensureNamespace(run: Run, name: string, peersReach: boolean): Promise<void> {
  if (!(await namespaceExists(name))) await run("ip", ["netns", "add", name]);
  await run("nft", ["-f", "-"], { namespace: name, input: forwardingRules(name, peersReach) });
  // The kernel forwards nothing by itself. Never turned off again: the operator's own programs may need it, and the rules decide.
  if (peersReach) await run("sh", ["-c", FORWARDING_SWITCHES.map((path) => `echo 1 >${path}`).join(" && ")], { namespace: name });
  await run("ip", ["-n", name, "link", "set", "lo", "up"]);
}

/** Processes that run inside keep running, unreachable. @throws CommandFailed */
export async function deleteNamespace(run: Run, name: string): Promise<void> {
  if (await namespaceExists(name)) await run("ip", ["netns", "delete", name]);
}
