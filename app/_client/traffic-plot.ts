import { formatBytes } from "@/lib/ui/bytes";
import type { TrafficPoint } from "@/lib/usecases/traffic-view";

/** One bar of the plot, in its own coordinates: 0 is the top, `HEIGHT` the bottom line. */
export interface PlotBar {
  key: string;
  x: number;
  width: number;
  /** Uploads stand on downloads. */
  download: { y: number; height: number };
  upload: { y: number; height: number };
}

export const WIDTH = 100;
export const HEIGHT = 32;
/** Of the space that a bar has, left free beside it. */
const GAP = 0.25;
/** What little traffic there was is seen. */
const LEAST = 0.6;

export interface Plot {
  bars: PlotBar[];
  /** Bytes at the top of the plot. */
  top: number;
  downloaded: number;
  uploaded: number;
  busiest: TrafficPoint | null;
}

const both = (point: TrafficPoint): number => point.downloadedBytes + point.uploadedBytes;

/** Where the bars of these hours or days are, scaled to the busiest. */
export function plotOf(points: readonly TrafficPoint[]): Plot {
  const busiest = points.reduce<TrafficPoint | null>((most, point) => (both(point) > (most ? both(most) : 0) ? point : most), null);
  const top = busiest ? both(busiest) : 0;
  const space = WIDTH / Math.max(1, points.length);
  const tall = (bytes: number): number => (bytes === 0 ? 0 : Math.max(LEAST, (bytes / top) * HEIGHT));
  const bars = points.map((point, index) => {
    const download = tall(point.downloadedBytes);
    // Two least heights may stick out at the top by a hair.
    const upload = Math.min(tall(point.uploadedBytes), HEIGHT - Math.min(download, HEIGHT));
    return {
      key: point.at,
      x: index * space + (space * GAP) / 2,
      width: space * (1 - GAP),
      download: { y: HEIGHT - download, height: download },
      upload: { y: HEIGHT - download - upload, height: upload },
    };
  });
  return { bars, top, downloaded: points.reduce((sum, point) => sum + point.downloadedBytes, 0), uploaded: points.reduce((sum, point) => sum + point.uploadedBytes, 0), busiest };
}

/** The plot in a sentence, for who doesn't see it. @param nameOf an hour or a day, like "at 14:00" */
export function describe({ downloaded, uploaded, busiest, top }: Plot, nameOf: (at: string) => string): string {
  if (!busiest) return "Nothing went through.";
  return `${formatBytes(downloaded)} downloaded, ${formatBytes(uploaded)} uploaded; most ${nameOf(busiest.at)}: ${formatBytes(top)}.`;
}
