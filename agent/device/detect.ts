/** Which WireGuard this host has. */
import { CommandFailed, type Run } from "@/agent/device/command";
import type { Implementation } from "@/agent/device/wireguard";
import { toPlainText } from "@/lib/protocol/plain-text";

export interface WireGuardFound {
  implementation: Implementation;
  /** As `wg --version` says; "" when wg is not installed: then every apply fails, and says so. */
  toolsVersion: string;
}

export async function detectWireGuard(run: Run, hostNamespace: string | null): Promise<WireGuardFound> {
  const toolsVersion = await run("wg", ["--version"]).catch(() => "");
  return { implementation: (await kernelHasWireGuard(run, hostNamespace)) ? "kernel" : "wireguard-go", toolsVersion: toPlainText(toolsVersion.trim().split(" - ")[0]!, 80) };
}

/** The only sure way to know is to make one. */
async function kernelHasWireGuard(run: Run, hostNamespace: string | null): Promise<boolean> {
  const probe = `pcprobe${process.pid % 1_000_000}`;
  const inHost = (...args: string[]): Promise<string> => run("ip", hostNamespace === null ? args : ["-n", hostNamespace, ...args]);
  try {
    await inHost("link", "add", "dev", probe, "type", "wireguard");
  } catch (error) {
    if (error instanceof CommandFailed) return false;
    throw error;
  }
  await inHost("link", "delete", "dev", probe);
  return true;
}
