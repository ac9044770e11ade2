import { array, assert, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { describe, HEIGHT, plotOf, WIDTH } from "./traffic-plot";

const point = (at: string, downloadedBytes: number, uploadedBytes: number) => ({ at, downloadedBytes, uploadedBytes });

test("the busiest bar is as high as the plot, the others in proportion, uploads on top of downloads", () => {
  const { bars, top } = plotOf([point("a", 600, 200), point("b", 400, 0), point("c", 0, 0)]);
  expect(top).toBe(800);
  expect(bars[0]).toMatchObject({ download: { y: HEIGHT / 4, height: HEIGHT * 0.75 }, upload: { y: 0, height: HEIGHT / 4 } });
  expect(bars[1]).toMatchObject({ download: { height: HEIGHT / 2 }, upload: { height: 0 } });
  expect(bars[2]).toMatchObject({ download: { height: 0 }, upload: { height: 0 } });
});

test("no bar leaves the plot, and whatever went through is seen", () => {
  const bytes = integer({ min: 0, max: 2 ** 50 });
  assert(
    property(array(record({ at: integer().map(String), downloadedBytes: bytes, uploadedBytes: bytes }), { maxLength: 40 }), (points) => {
      for (const [index, { x, width, download, upload }] of plotOf(points).bars.entries()) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(WIDTH + 1e-9);
        expect(Math.min(download.y, upload.y, download.height, upload.height)).toBeGreaterThanOrEqual(-1e-9);
        expect(download.y + download.height).toBeCloseTo(HEIGHT);
        if (points[index]!.downloadedBytes > 0) expect(download.height).toBeGreaterThan(0);
      }
    }),
  );
});

test("in words: how much, and when most", () => {
  const name = (at: string) => `at ${at}`;
  expect(describe(plotOf([point("13:00", 0, 0)]), name)).toBe("Nothing went through.");
  expect(describe(plotOf([point("13:00", 1_000_000, 2_000), point("14:00", 3_000_000, 0)]), name)).toBe("4.0 MB downloaded, 2.0 kB uploaded; most at 14:00: 3.0 MB.");
});
