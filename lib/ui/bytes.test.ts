import { expect, it } from "vitest";
import { formatBytes, formatCount } from "@/lib/ui/bytes";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1240, "1.2 kB"],
  [9_960, "10 kB"],
  [48_300_000, "48 MB"],
  [999_600, "1.0 MB"],
  [1_500_000_000_000, "1.5 TB"],
  [-1, "0 B"],
])("%d bytes read %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, "0"],
  [253, "253"],
  [1204, "1,204"],
  [12_345_678, "12,345,678"],
])("the count %d reads %s", (count, text) => expect(formatCount(count)).toBe(text));
