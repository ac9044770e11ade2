/** Documentation that names a file, or links to one, names one that is there. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["agent", "app", "bench", "docs", "e2e", "lib", "prisma", "scripts"];

const pages = ["README.md", ...(await readdir(join(ROOT, "docs"), { recursive: true })).filter((name) => name.endsWith(".md")).map((name) => join("docs", name))];

/** `lib/core/keys.ts`, but no pattern like `lib/core/*.ts`, and no path outside the project. */
const filesNamedIn = (text: string): string[] =>
  [...text.matchAll(/`([\w./()[\]-]+\/[\w.()[\]-]*\.\w+)`/g)].map(([, path]) => path ?? "").filter((path) => FOLDERS.some((folder) => path.startsWith(`${folder}/`)));

const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? "").filter((target) => !/^[a-z]+:/i.test(target));

describe.each(pages)("%s", (page) => {
  test("names no file and links to no page that isn't there", async () => {
    const text = await readFile(join(ROOT, page), "utf8");
    const missing = [...filesNamedIn(text).filter((path) => !existsSync(join(ROOT, path))), ...linksIn(text).filter((target) => !existsSync(join(ROOT, dirname(page), target)))];
    expect(missing).toEqual([]);
  });
});
