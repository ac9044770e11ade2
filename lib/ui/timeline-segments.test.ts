import { describe, expect, it } from "vitest";
import { segmentsOf } from "@/lib/ui/timeline-segments";

describe("segments of a timeline", () => {
  it("fill the whole width, in proportion to the time each step took", () => {
    const segments = segmentsOf([0, 10, 40]);
    expect(segments).toHaveLength(2);
    expect(segments.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100);
    expect((segments[1]?.width ?? 0) > (segments[0]?.width ?? 0)).toBe(true);
    expect(segments[1]?.start).toBeCloseTo(segments[0]?.width ?? -1);
  });

  it("keep a step visible that took next to nothing", () => {
    expect(segmentsOf([0, 1, 3_600_000])[0]?.width).toBeGreaterThanOrEqual(3);
  });

  it("are equal when nothing took time", () => {
    const segments = segmentsOf([0, 0, 0]);
    expect(segments[0]?.width).toBeCloseTo(50);
  });

  it("are not drawn before the last step is reached", () => {
    expect(segmentsOf([0, 4, null])).toEqual([]);
    expect(segmentsOf([0])).toEqual([]);
  });
});
