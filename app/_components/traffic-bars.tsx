import { HEIGHT, WIDTH, type Plot } from "@/app/_client/traffic-plot";
import { cx } from "@/lib/ui/cx";

interface TrafficBarsProps {
  plot: Plot;
  /** The plot in a sentence, for who doesn't see it. */
  label: string;
  /** Of the bar at this place, shown when it is pointed at. */
  titleOf?: (index: number) => string | undefined;
  className?: string;
}

/** A bar an hour or a day: uploads stand on downloads; the last one goes on. */
export function TrafficBars({ plot, label, titleOf, className }: TrafficBarsProps) {
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className={cx("w-full rounded-md bg-sunken", className)}>
      {plot.bars.map((bar, index) => {
        const title = titleOf?.(index);
        return (
          <g key={bar.key} className={index === plot.bars.length - 1 ? "opacity-60" : undefined}>
            {title && <title>{title}</title>}
            {title && <rect x={bar.x} y="0" width={bar.width} height={HEIGHT} className="fill-transparent" />}
            {bar.download.height > 0 && <rect x={bar.x} y={bar.download.y} width={bar.width} height={bar.download.height} className="fill-accent-solid" />}
            {bar.upload.height > 0 && <rect x={bar.x} y={bar.upload.y} width={bar.width} height={bar.upload.height} className="fill-good-solid" />}
          </g>
        );
      })}
    </svg>
  );
}
