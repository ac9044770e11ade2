/** For tests only: who imports what, as the bundler resolves it (aliases, re-exports and dynamic imports included). */
import { type Plugin, build } from "esbuild";

/** By file (path from the project's root): the files of this project and the packages that it imports. */
export type ImportGraph = ReadonlyMap<string, { files: readonly string[]; packages: readonly string[] }>;

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);
const GENERATED = "lib/db/generated/";

/**
 * Imports of types alone are not in the graph, since they leave nothing behind at run time; the linter has those.
 * @param patterns files, as esbuild's entry point globs.
 * @param overlay sources by path that take the place of files, or stand beside them.
 */
export async function readImportGraph(patterns: readonly string[], overlay: Readonly<Record<string, string>> = {}): Promise<ImportGraph> {
  const { metafile } = await build({
    entryPoints: [...patterns, ...Object.keys(overlay)],
    absWorkingDir: ROOT,
    outdir: "unwritten",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    jsx: "preserve",
    logLevel: "silent",
    loader: { ".css": "empty", ".svg": "empty", ".png": "empty" },
    plugins: [projectFiles(overlay)],
  });
  const graph = new Map<string, { files: string[]; packages: string[] }>();
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const local = (path: string): boolean => path in metafile.inputs || path.startsWith(GENERATED);
    const paths = imports.map(({ path }) => path);
    graph.set(file, { files: paths.filter(local), packages: paths.filter((path) => !local(path)) });
  }
  return graph;
}

function projectFiles(overlay: Readonly<Record<string, string>>): Plugin {
  return {
    name: "project-files",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        const target = kind === "entry-point" ? path : projectPath(path, importer.slice(ROOT.length));
        if (target === null) return undefined;
        // Generated code is a name to the check, not a place to look into.
        if (target.startsWith(GENERATED)) return { path: target, external: true };
        const inMemory = [target, `${target}.ts`].find((candidate) => candidate in overlay);
        return inMemory === undefined ? undefined : { path: ROOT + inMemory };
      });
      build.onLoad({ filter: /.*/ }, ({ path }) => {
        const file = path.slice(ROOT.length);
        if (file.startsWith(GENERATED)) return { contents: "" };
        const contents = overlay[file];
        return contents === undefined ? undefined : { contents, loader: "ts" };
      });
    },
  };
}

/** The path from the project's root, or null for a package. */
function projectPath(specifier: string, importer: string): string | null {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  return specifier.startsWith(".") ? new URL(specifier, `file:///${importer}`).pathname.slice(1) : null;
}

/** All that a file reaches, each with the chain of files that leads there. */
export function reachableFrom(graph: ImportGraph, file: string): { target: string; isPackage: boolean; chain: readonly string[] }[] {
  const found: { target: string; isPackage: boolean; chain: readonly string[] }[] = [];
  const visited = new Set([file]);
  const queue: (readonly string[])[] = [[file]];
  for (const chain of queue) {
    const node = graph.get(chain.at(-1)!);
    for (const target of node?.packages ?? []) found.push({ target, isPackage: true, chain });
    for (const target of node?.files ?? []) {
      found.push({ target, isPackage: false, chain });
      if (!visited.has(target)) queue.push([...chain, target]);
      visited.add(target);
    }
  }
  return found;
}
