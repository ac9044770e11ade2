/** The versions that are installed have the mends of what was found in them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const versionOf = (name: string): number[] => {
  const { version } = JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")) as { version: string };
  return version.split(/[.-]/).slice(0, 3).map(Number);
};

const atLeast = (version: number[], wanted: number[]): boolean => {
  const at = wanted.findIndex((part, i) => version[i] !== part);
  return at === -1 || (version[at] ?? 0) > (wanted[at] ?? 0);
};

/** [package, first version without it, what was found]. */
const MENDED: [string, number[], string][] = [
  ["next", [16, 2, 11], "T7: proxies passed by, code run by server components (CVE-2025-29927, CVE-2025-55182 and their kin)"],
  ["react", [19, 2, 1], "T7: code run by server components (CVE-2025-55182)"],
  ["react-dom", [19, 2, 1], "T7: the same"],
  ["next-auth", [4, 24, 15], "T8: a session of an error, state and PKCE of another provider, addresses that look like others"],
];

test.each(MENDED)("%s is %j or newer: %s", (name, wanted) => {
  expect(atLeast(versionOf(name), wanted), `${name} ${versionOf(name).join(".")}`).toBe(true);
});
