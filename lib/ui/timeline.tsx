import type { ReactNode } from "react";
import { Check } from "lucide-react";
import { cx } from "./cx";
import { Spinner } from "./spinner";
import { segmentsOf } from "./timeline-segments";

export interface TimelineStep {
  key: string;
  label: ReactNode;
  description?: ReactNode;
  /** Milliseconds since the first step; null: not reached yet. */
  atMs: number | null;
  /** The moment itself, as shown. */
  time?: ReactNode;
  /** "+12 ms", shown at the end of the line. */
  offset?: ReactNode;
}

const SHADES = ["fill-accent-solid/45", "fill-accent-solid/65", "fill-accent-solid/85", "fill-good-solid"] as const;

interface TimelineProps {
  steps: TimelineStep[];
  label: string;
  /** What comes next is held up. */
  stalled?: boolean;
  /** What isn't reached never will be: nothing is waited for. */
  over?: boolean;
}

/** Steps of one process in order, with the share of time each took drawn above them. */
export function Timeline({ steps, label, stalled = false, over = false }: TimelineProps) {
  const segments = segmentsOf(steps.map((step) => step.atMs));
  const next = steps.findIndex((step) => step.atMs === null);
  return (
    <div>
      {segments.length > 0 && (
        <svg aria-hidden="true" viewBox="0 0 100 3" preserveAspectRatio="none" className="mb-5 h-2 w-full overflow-hidden rounded-full bg-hover">
          {segments.map((segment, index) => (
            <rect key={segment.start} x={segment.start} y="0" width={Math.max(0.4, segment.width - 0.35)} height="3" className={SHADES[Math.min(index, SHADES.length - 1)]} />
          ))}
        </svg>
      )}
      <ol aria-label={label} className="grid">
        {steps.map((step, index) => {
          const reached = step.atMs !== null;
          const waiting = index === next && !over;
          return (
            <li key={step.key} className="relative grid grid-cols-[1.25rem_1fr_auto] gap-x-3 pb-5 last:pb-0">
              {index < steps.length - 1 && (
                <span aria-hidden="true" className={cx("absolute top-5 bottom-0 left-[0.5625rem] w-0.5", steps[index + 1]?.atMs === null ? "bg-line" : "bg-good-solid/50")} />
              )}
              <span aria-hidden="true" className={cx("mt-0.5 flex size-5 items-center justify-center rounded-full", marker(reached, waiting, stalled))}>
                {reached ? <Check className="size-3" strokeWidth={3} /> : waiting && !stalled ? <Spinner className="size-5" /> : null}
              </span>
              <div className="min-w-0">
                <p className={cx("font-medium", !reached && !waiting && "text-faint")}>
                  {step.label}
                  {!reached && <span className="sr-only">{waiting ? " (waiting)" : over ? " (never)" : " (not yet)"}</span>}
                </p>
                {step.description && <p className="text-sm text-muted">{step.description}</p>}
              </div>
              <div className="tabular text-right text-sm">
                {step.offset && <p className="font-medium">{step.offset}</p>}
                {step.time && <p className="text-faint">{step.time}</p>}
              </div>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function marker(reached: boolean, waiting: boolean, stalled: boolean): string {
  if (reached) return "bg-good-soft text-good";
  if (waiting) return stalled ? "border-2 border-warn-solid bg-warn-soft" : "text-accent";
  return "border-2 border-line";
}
