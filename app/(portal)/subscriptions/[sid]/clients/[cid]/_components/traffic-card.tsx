"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { ArrowDown, ArrowUp } from "lucide-react";
import { api } from "@/app/_client/api";
import { describe, plotOf } from "@/app/_client/traffic-plot";
import { TrafficBars } from "@/app/_components/traffic-bars";
import { formatBytes } from "@/lib/ui/bytes";
import { Card, CardHeader } from "@/lib/ui/card";
import { useZone } from "@/lib/ui/clock";
import { formatCalendarDay, formatClock, type Zone } from "@/lib/ui/time";
import type { TrafficPoint, TrafficView } from "@/lib/usecases/traffic-view";
import type { ClientView } from "@/lib/usecases/views";

/** New figures come with the gateway's reports; the plots follow at this pace while somebody looks. */
const ASK_EVERY_MS = 30_000;

/** What goes through a client now, went through it in the last day, and in the last month. */
export function TrafficCard({ subscriptionId, client, initial }: { subscriptionId: string; client: ClientView; initial: TrafficView }) {
  const [traffic, setTraffic] = useState(initial);
  const ask = useEffectEvent(async () => {
    if (document.visibilityState !== "visible") return;
    // What is on screen stays when there is no answer; the next one comes soon.
    await api.traffic(subscriptionId, client.id).then(setTraffic, () => undefined);
  });
  useEffect(() => {
    const timer = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const zone = useZone();
  const any = traffic.days.some(({ downloadedBytes, uploadedBytes }) => downloadedBytes + uploadedBytes > 0);
  const { sentPerSecond, receivedPerSecond } = client.device;
  return (
    <Card aria-labelledby="traffic-title">
      <CardHeader
        titleId="traffic-title"
        title="Traffic"
        actions={
          <dl className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            <dt className="text-faint">Now</dt>
            <Rate Icon={ArrowDown} what="downloading" bytesPerSecond={sentPerSecond} />
            <Rate Icon={ArrowUp} what="uploading" bytesPerSecond={receivedPerSecond} />
          </dl>
        }
      />
      {any ? (
        <div className="grid gap-x-8 gap-y-6 px-4 py-5 sm:px-5 md:grid-cols-2">
          <Plot title="Last 24 hours" unit="Hour" points={traffic.hours} nameOf={(at) => `at ${hourOf(at, zone)}`} labelOf={(at) => hourOf(at, zone)} />
          <Plot title="Last 30 days" unit="Day (UTC)" points={traffic.days} nameOf={(at) => `on ${dayOf(at)}`} labelOf={dayOf} />
        </div>
      ) : (
        <p className="px-4 py-5 text-muted sm:px-5">Nothing went through in the last 30 days. Once the machine connects, this shows how much it loads and when.</p>
      )}
    </Card>
  );
}

const hourOf = (at: string, zone: Zone): string => formatClock(Date.parse(at), zone);
/** Without the year, which is clear. */
const dayOf = (at: string): string => formatCalendarDay(at.slice(0, 10)).replace(/ \d{4}$/, "");

function Rate({ Icon, what, bytesPerSecond }: { Icon: typeof ArrowDown; what: string; bytesPerSecond: number }) {
  return (
    <dd className="tabular inline-flex items-center gap-1">
      <Icon aria-hidden="true" className="size-3.5 text-faint" />
      <span className="sr-only">{what} </span>
      {formatBytes(bytesPerSecond)}/s
    </dd>
  );
}

interface PlotProps {
  title: string;
  unit: string;
  points: TrafficPoint[];
  /** As a part of a sentence. */
  nameOf: (at: string) => string;
  labelOf: (at: string) => string;
}

function Plot({ title, unit, points, nameOf, labelOf }: PlotProps) {
  const plot = plotOf(points);
  const [first, last] = [points[0], points.at(-1)];
  return (
    <figure className="min-w-0">
      <figcaption className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">{title}</span>
        <span className="tabular text-sm text-muted">
          {formatBytes(plot.downloaded)} down · {formatBytes(plot.uploaded)} up
        </span>
      </figcaption>
      <TrafficBars
        plot={plot}
        label={`${title}: ${describe(plot, nameOf)}`}
        className="h-24"
        titleOf={(index) => {
          const point = points[index];
          return point && `${labelOf(point.at)}: ${formatBytes(point.downloadedBytes)} down, ${formatBytes(point.uploadedBytes)} up${index === points.length - 1 ? ", so far" : ""}`;
        }}
      />
      <p aria-hidden="true" className="tabular mt-1 flex justify-between text-xs text-faint">
        <span>{first && labelOf(first.at)}</span>
        <span className="inline-flex items-center gap-3">
          <Key className="bg-accent-solid">down</Key>
          <Key className="bg-good-solid">up</Key>
          <span>top {formatBytes(plot.top)}</span>
        </span>
        <span>{last && `${labelOf(last.at)}, so far`}</span>
      </p>
      <details className="mt-2 text-sm">
        <summary className="thumb cursor-pointer rounded-sm text-muted hover:text-ink">As a table</summary>
        <div className="mt-2 max-h-64 overflow-y-auto" role="region" aria-label={`${title}, as a table`} tabIndex={0}>
          <table className="tabular w-full text-left">
            <thead className="text-xs text-faint">
              <tr>
                <th scope="col" className="py-1 font-normal">
                  {unit}
                </th>
                <th scope="col" className="py-1 text-right font-normal">
                  Down
                </th>
                <th scope="col" className="py-1 text-right font-normal">
                  Up
                </th>
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map((point) => (
                <tr key={point.at} className="border-t border-line">
                  <th scope="row" className="py-1 font-normal">
                    {labelOf(point.at)}
                  </th>
                  <td className="py-1 text-right">{formatBytes(point.downloadedBytes)}</td>
                  <td className="py-1 text-right">{formatBytes(point.uploadedBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function Key({ className, children }: { className: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      <span className={`size-2 rounded-xs ${className}`} />
      {children}
    </span>
  );
}
