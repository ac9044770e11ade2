"use client";

import { useHydrated, useNow, useZone } from "./clock";
import { formatClock, formatDateTime, formatRelative, formatSince, relativeStep } from "./time";

interface TimeProps {
  /** ISO 8601, UTC. */
  iso: string;
  className?: string;
}

/** "3 min ago", kept up to date; the full date and time on hover. */
export function RelativeTime({ iso, className }: TimeProps) {
  const zone = useZone();
  const instant = Date.parse(iso);
  const coarse = useNow(30_000);
  const now = useNow(relativeStep(instant, coarse));
  return (
    <time dateTime={iso} title={formatDateTime(instant, zone)} className={className}>
      {formatRelative(instant, now, zone)}
    </time>
  );
}

/** "12:04" today, "22 Nov, 12:04" on other days. */
export function SinceTime({ iso, className }: TimeProps) {
  const zone = useZone();
  const now = useNow(30_000);
  const instant = Date.parse(iso);
  return (
    <time dateTime={iso} title={formatDateTime(instant, zone)} className={className}>
      {formatSince(instant, now, zone)}
    </time>
  );
}

/** "12:04" whatever the day: for lists that name the day in a heading. */
export function ClockTime({ iso, className }: TimeProps) {
  const zone = useZone();
  const instant = Date.parse(iso);
  return (
    <time dateTime={iso} title={formatDateTime(instant, zone)} className={className}>
      {formatClock(instant, zone)}
    </time>
  );
}

/** "22 Nov 2025, 12:04:07". */
export function DateTime({ iso, className }: TimeProps) {
  const zone = useHydrated() ? "local" : "utc";
  return (
    <time dateTime={iso} className={className}>
      {formatDateTime(Date.parse(iso), zone)}
    </time>
  );
}
