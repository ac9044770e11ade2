/** The programs of the operating system that the tests drive, and where they come from. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isOnPath } from "@/scripts/demo/network";

/** Program → Debian package. */
const PROGRAMS: Record<string, string> = {
  chromium: "chromium",
  wg: "wireguard-tools",
  "wireguard-go": "wireguard-go",
  ip: "iproute2",
  nft: "nftables",
  ping: "iputils-ping",
  curl: "curl",
  "systemd-analyze": "systemd",
};

function missingPackages(): string[] {
  return Object.entries(PROGRAMS).filter(([program]) => !isOnPath(program)).map(([, name]) => name);
}

/** Installs what is missing where that is ours to do: on Debian, as root. @returns what is still missing. */
export function installMissingPackages(say: (line: string) => void): string[] {
  const missing = missingPackages();
  if (missing.length === 0) return [];
  if (!isDebian() || process.getuid?.() !== 0) {
    say(`Missing on this machine: ${missing.join(", ")}. On Debian: sudo apt-get install ${missing.join(" ")}`);
    return missing;
  }
  say(`Installing ${missing.join(", ")}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Without a font Chromium draws boxes for letters.
  const wanted = [...missing, ...(missing.includes("chromium") ? ["fonts-dejavu-core"] : [])];
  spawnSync("apt-get", ["update", "-qq"], { env, stdio: "inherit" });
  try {
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...wanted], { env, stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    say("apt-get could not install all of them; what it said is above.");
  }
  return missingPackages();
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}
