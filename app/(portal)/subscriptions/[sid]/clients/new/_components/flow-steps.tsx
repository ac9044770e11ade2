import { Check } from "lucide-react";
import { cx } from "@/lib/ui/cx";

const STEPS = [
  { key: "name", label: "Name" },
  { key: "approve", label: "Approve" },
  { key: "connect", label: "Connect" },
] as const;

export type FlowStep = (typeof STEPS)[number]["key"];

/** Where one is on the way from a name to a connected machine. */
export function FlowSteps({ current }: { current: FlowStep }) {
  const position = STEPS.findIndex(({ key }) => key === current);
  return (
    <ol aria-label="Progress" className="mb-6 flex items-center gap-2 sm:gap-3">
      {STEPS.map(({ key, label }, index) => {
        const done = index < position;
        const here = index === position;
        return (
          <li key={key} aria-current={here ? "step" : undefined} className="flex items-center gap-2 sm:gap-3">
            {index > 0 && <span aria-hidden="true" className={cx("h-px w-5 sm:w-10", done || here ? "bg-accent" : "bg-line-strong/50")} />}
            <span
              aria-hidden="true"
              className={cx(
                "flex size-5.5 items-center justify-center rounded-full text-xs font-semibold transition-colors duration-200",
                here ? "bg-accent-solid text-on-solid" : done ? "bg-accent-soft text-accent" : "border border-line-strong/60 text-faint",
              )}
            >
              {done ? <Check className="size-3.5" strokeWidth={2.5} /> : index + 1}
            </span>
            <span className={cx("text-sm font-medium", here ? "text-ink" : "text-muted")}>
              {label}
              {done && <span className="sr-only"> (done)</span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
