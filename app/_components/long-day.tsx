"use client";

import { useZone } from "@/lib/ui/clock";
import { dayKey, formatCalendarDay, formatDateTime } from "@/lib/ui/time";

/** "22 Nov 2027"; the full date and time on hover. */
export function LongDay({ iso, className }: { iso: string; className?: string }) {
  const zone = useZone();
  const instant = Date.parse(iso);
  return (
    <time dateTime={iso} title={formatDateTime(instant, zone)} className={className}>
      {formatCalendarDay(dayKey(instant, zone))}
    </time>
  );
}
