import { Bar } from "@/lib/ui/bar";
import { formatCount } from "@/lib/ui/bytes";
import { formatCalendarDay } from "@/lib/ui/time";
import type { DeviceView } from "@/lib/usecases/warranty-views";

/** Fewer days left than these are worth a look, or soon too late. */
const WARN_DAYS = 60;
const LATE_DAYS = 14;

const days = (count: number): string => (count === 1 ? "1 day" : `${formatCount(count)} days`);

/** How much of a warranty is left, as a bar and in words. */
export function CoverageBar({ device: { state, daysLeft, daysInAll, startsOn, endsOn } }: { device: DeviceView }) {
  const tone = daysLeft <= LATE_DAYS ? "bad" : daysLeft <= WARN_DAYS ? "warn" : "accent";
  return (
    <div className="grid gap-1.5">
      <p className="flex flex-wrap justify-between gap-x-3 text-sm">
        <span className={state === "over" ? "text-faint" : tone === "bad" ? "font-medium text-bad" : tone === "warn" ? "font-medium text-warn" : "font-medium"}>
          {state === "over" ? "Over" : state === "ahead" ? `Begins on ${formatCalendarDay(startsOn)}` : `${days(daysLeft)} left`}
        </span>
        <span className="text-faint">
          {formatCalendarDay(startsOn)} to {formatCalendarDay(endsOn)}
        </span>
      </p>
      <Bar value={daysLeft} max={daysInAll} label={`Days left of ${days(daysInAll)}`} tone={tone} />
    </div>
  );
}
