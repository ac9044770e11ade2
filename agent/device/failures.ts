/** From what a tool said to what an operator can do about it. */
import { CommandFailed } from "@/agent/device/command";
import { type Log, textOf } from "@/agent/log";
import { type Failure, failureSchema } from "@/lib/protocol/messages";
import { MAX_FAILURE_MESSAGE_LENGTH } from "@/lib/protocol/limits";
import { toPlainText } from "@/lib/protocol/plain-text";

/** What doesn't work now, by instance; each new reason is logged once. */
export class Failures {
  private readonly current = new Map<string, Failure>();

  constructor(private readonly log: Log) {}

  note(instanceId: string, error: unknown): void {
    const failure = failureOf(instanceId, error);
    if (this.current.get(instanceId)?.message !== failure.message) this.log("device_failed", { instanceId, code: failure.code, reason: textOf(error) });
    this.current.set(instanceId, failure);
  }

  mended(instanceId: string): void {
    this.current.delete(instanceId);
  }

  has(instanceId: string): boolean {
    return this.current.has(instanceId);
  }

  instanceIds(): string[] {
    return [...this.current.keys()];
  }

  all(): Failure[] {
    return [...this.current.values()];
  }
}

/** @param instanceId null when the whole gateway is concerned. */
export function failureOf(instanceId: string | null, error: unknown): Failure {
  const { code, message } = explain(error);
  return failureSchema.parse({ instanceId, code, message: toPlainText(message, MAX_FAILURE_MESSAGE_LENGTH) });
}

/** A peer that is on the device with a key that nobody has (agent/preshared-keys.ts). */
export function unreadableKey(instanceId: string, clientId: string): Failure {
  const message = `The preshared key of client ${clientId} was not sealed to this gateway, so that client can't connect. Replace its key.`;
  return { instanceId, code: "sealed_key_unreadable", message };
}

function explain(error: unknown): { code: string; message: string } {
  if (!(error instanceof CommandFailed)) {
    return { code: "agent_failed", message: `The agent could not apply this: ${textOf(error)}` };
  }
  const { command, reason, said } = error;
  const program = command.split(" ")[0]!;
  if (reason === "missing") {
    return {
      code: "tool_missing",
      message: `The program ${program} is missing on the gateway. Install the packages wireguard-tools, wireguard-go, iproute2 and nftables.`,
    };
  }
  if (reason === "timeout") return { code: "no_answer", message: `“${command}” did not answer. WireGuard on the gateway seems to hang; restart the agent.` };
  if (/Operation not permitted|Permission denied/i.test(said)) {
    return { code: "not_permitted", message: `The agent may not run “${command}”. Run it as root, or with the capabilities NET_ADMIN and SYS_ADMIN.` };
  }
  if (/Address already in use/i.test(said)) {
    return { code: "port_in_use", message: "The instance's UDP port is taken by another program on the gateway. Free it, or give the instance another port." };
  }
  if (/\/dev\/net\/tun/.test(said)) {
    return { code: "no_tun_device", message: "The gateway has no WireGuard in its kernel and no /dev/net/tun for wireguard-go. Load the module wireguard or tun." };
  }
  return { code: "device_refused", message: `“${command}” failed on the gateway: ${said || "it gave no reason"}` };
}
