import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashOfInputs } from "@/scripts/build/inputs";

let root: string;

const write = async (file: string, content: string) => {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), content);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "portcullis-inputs-"));
  await write("app/page.tsx", "export default 1");
  await write("lib/core/keys.ts", "export const a = 1;");
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("whether a build is still good", () => {
  it("stays the same while nothing that it depends on changes", async () => {
    const before = await hashOfInputs(root);
    await write("README.md", "words");
    await write("app/page.test.ts", "a test");
    await write("lib/db/generated/client.ts", "made by the build");
    expect(await hashOfInputs(root)).toBe(before);
  });

  it.each([
    ["a changed file", "app/page.tsx", "export default 2"],
    ["a new file", "lib/core/subnet.ts", ""],
    ["the lock file", "package-lock.json", "{}"],
    ["the schema", "prisma/schema.prisma", "model A {}"],
  ])("changes with %s", async (_what, file, content) => {
    const before = await hashOfInputs(root);
    await write(file, content);
    expect(await hashOfInputs(root)).not.toBe(before);
  });

  it("changes when a file moves to another name", async () => {
    const before = await hashOfInputs(root);
    await rm(join(root, "app/page.tsx"));
    await write("app/other.tsx", "export default 1");
    expect(await hashOfInputs(root)).not.toBe(before);
  });
});
