/** The agent as one file, which runs on a gateway without node_modules, and what the portal serves beside it (lib/agent-files.ts). */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { AGENT_BUNDLE, AGENT_FILES_FOLDER, AGENT_UNIT, INSTALL_SCRIPT } from "@/lib/agent-files";

/** tweetnacl asks for node's own modules as CommonJS does. */
const BANNER = `// The agent of a Portcullis gateway: docs/gateway-protocol.md, Running an agent.
import { createRequire as portcullisCreateRequire } from "node:module";
const require = portcullisCreateRequire(import.meta.url);`;

export async function buildAgent(root: string): Promise<void> {
  const folder = join(root, AGENT_FILES_FOLDER);
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(root, "agent/main.ts")],
    absWorkingDir: root,
    outfile: join(folder, AGENT_BUNDLE),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    banner: { js: BANNER },
    legalComments: "eof",
    logLevel: "warning",
  });
  for (const file of [AGENT_UNIT, INSTALL_SCRIPT]) await copyFile(join(root, "agent/install", file), join(folder, file));
  const sums = await Promise.all([AGENT_BUNDLE, AGENT_UNIT].map(async (file) => `${createHash("sha256").update(await readFile(join(folder, file))).digest("hex")}  ${file}\n`));
  await writeFile(join(folder, "SHA256SUMS"), sums.join(""));
}
