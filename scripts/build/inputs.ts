/** What a production build depends on, as one hash: equal hashes, equal builds. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Folders and files, relative to the project's root; what is absent is left out. */
const INPUTS = [
  "app", "lib", "agent", "scripts/build/agent.ts", "public", "prisma/schema.prisma", "proxy.ts", "instrumentation.ts", "instrumentation-client.ts",
  "next.config.ts", "postcss.config.mjs", "prisma.config.ts", "tsconfig.json", "package.json", "package-lock.json",
];

/** Made by the build itself, or never part of it. */
const LEFT_OUT = [/^lib\/db\/generated\//, /\.test\.tsx?$/];

export async function hashOfInputs(root: string): Promise<string> {
  const hash = createHash("sha256").update(`node ${process.version} ${process.platform} ${process.arch}\n`);
  for (const input of INPUTS) {
    for (const file of await filesOf(join(root, input))) {
      const name = relative(root, file).split(sep).join("/");
      if (LEFT_OUT.some((pattern) => pattern.test(name))) continue;
      hash.update(`${name}\n`).update(createHash("sha256").update(await readFile(file)).digest());
    }
  }
  return hash.digest("hex");
}

/** The file itself, or every file below the folder, in an order that doesn't depend on the file system. */
async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") return null;
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (entries === null) return [path];
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}
