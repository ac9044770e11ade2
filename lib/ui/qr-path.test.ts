import { encode } from "uqr";
import { expect, it } from "vitest";
import { modulesPath } from "@/lib/ui/qr-path";

/** Paints a path of unit-high rectangles back onto a grid. */
function painted(path: string, size: number): boolean[][] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let column = Number(x); column < Number(x) + Number(width); column += 1) rows[Number(y)]![column] = true;
  }
  return rows;
}

it("draws every module of a code, and nothing else", () => {
  const { data, size } = encode("[Interface]\nAddress = 10.8.0.2/32\n", { border: 4 });
  expect(painted(modulesPath(data), size)).toEqual(data);
  expect(modulesPath([[false, true, true], [true, false, true]])).toBe("M1 0h2v1h-2zM0 1h1v1h-1zM2 1h1v1h-1z");
});
