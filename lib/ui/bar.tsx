import { cx } from "./cx";

interface BarProps {
  value: number;
  max: number;
  /** What is measured, for assistive technology. */
  label: string;
  tone?: "accent" | "warn" | "bad";
  className?: string;
}

const FILL = { accent: "fill-accent-solid", warn: "fill-warn-solid", bad: "fill-bad-solid" } as const;

/** How much of something is in use. Drawn as SVG, since widths in style attributes are refused by our policy. */
export function Bar({ value, max, label, tone = "accent", className }: BarProps) {
  const share = max <= 0 ? 0 : Math.min(1, Math.max(0, value / max));
  // A sliver stays visible as soon as anything is in use.
  const width = share === 0 ? 0 : Math.max(1.5, share * 100);
  return (
    <svg
      role="meter"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={max}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      className={cx("h-1.5 w-full overflow-hidden rounded-full bg-hover", className)}
    >
      <rect x="0" y="0" width={width} height="4" className={FILL[tone]} />
    </svg>
  );
}
