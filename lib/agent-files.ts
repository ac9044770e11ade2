/** What a gateway's host installs the agent from: made by the build, served by the portal to anybody, since it is no secret. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { notFound } from "@/lib/core/errors";

/** Relative to the project; inside Next's own folder, so that deleting the build deletes them. */
export const AGENT_FILES_FOLDER = ".next/agent";
export const AGENT_BUNDLE = "portcullis-agent.mjs";
export const AGENT_UNIT = "portcullis-agent.service";
export const INSTALL_SCRIPT = "install.sh";

const TYPES: Record<string, string> = {
  [AGENT_BUNDLE]: "text/javascript; charset=utf-8",
  [AGENT_UNIT]: "text/plain; charset=utf-8",
  [INSTALL_SCRIPT]: "text/x-shellscript; charset=utf-8",
  SHA256SUMS: "text/plain; charset=utf-8",
};

export interface AgentFile {
  content: string;
  contentType: string;
  /** In hex, of the content. */
  sha256: string;
}

/** @param portalUrl the portal's origin, which the install script fetches from. @throws not_found */
export async function readAgentFile(name: string, portalUrl: URL): Promise<AgentFile> {
  const contentType = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (contentType === undefined) throw notFound();
  const stored = await readFile(join(process.cwd(), AGENT_FILES_FOLDER, name), "utf8");
  // An origin has no character that a shell would mind in single quotes, or that sed and sh see in a comment.
  const content = name === INSTALL_SCRIPT ? stored.replaceAll("@PORTAL_URL@", portalUrl.origin) : stored;
  return { content, contentType, sha256: createHash("sha256").update(content).digest("hex") };
}
