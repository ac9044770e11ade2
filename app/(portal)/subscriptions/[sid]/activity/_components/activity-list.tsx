"use client";

import { useState } from "react";
import { Ban, Check, CircleDot, Eye, KeyRound, Plus, Receipt, Scissors, Server, type LucideIcon } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { useNow, useZone } from "@/lib/ui/clock";
import { CopyButton } from "@/lib/ui/copy-button";
import { cx } from "@/lib/ui/cx";
import { EmptyState } from "@/lib/ui/empty-state";
import { Notice } from "@/lib/ui/notice";
import { Pill } from "@/lib/ui/pill";
import { ClockTime } from "@/lib/ui/relative-time";
import { dayKey, formatDay } from "@/lib/ui/time";
import type { ActivityView, Page } from "@/lib/usecases/views";

const HASH_SHOWN = 10;

/** The log of a subscription, newest first, a heading a day. */
export function ActivityList({ subscriptionId, initial }: { subscriptionId: string; initial: Page<ActivityView> }) {
  const [list, setList] = useState(initial);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const zone = useZone();
  const now = useNow(30_000);

  async function loadMore() {
    setPending(true);
    setError(null);
    try {
      const next = await api.activity(subscriptionId, list.nextCursor);
      setList((before) => ({ items: [...before.items, ...next.items], nextCursor: next.nextCursor }));
    } catch (problem) {
      setError(toApiError(problem));
    } finally {
      setPending(false);
    }
  }

  if (list.items.length === 0) {
    return (
      <Card>
        <EmptyState icon={<CircleDot strokeWidth={1.25} />} title="Nothing has happened yet">
          As soon as somebody adds or revokes a client, it is written here.
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="grid gap-6">
      {byDay(list.items, (entry) => dayKey(Date.parse(entry.at), zone)).map(([day, entries]) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <h2 id={`day-${day}`} className="mb-2 px-1 text-sm font-medium text-muted">
            {formatDay(Date.parse(entries[0]?.at ?? ""), now, zone)}
          </h2>
          <Card>
            <ol className="divide-y divide-line">
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ol>
          </Card>
        </section>
      ))}
      {error && (
        <Notice tone="bad" role="alert">
          {error.message}
        </Notice>
      )}
      {list.nextCursor !== null && (
        <div className="flex justify-center">
          <Button pending={pending} onClick={() => void loadMore()}>
            Show earlier activity
          </Button>
        </div>
      )}
    </div>
  );
}

function Entry({ entry }: { entry: ActivityView }) {
  const { Icon, tone } = LOOKS.find(({ prefix }) => entry.action.startsWith(prefix)) ?? OTHER;
  return (
    <li className="grid grid-cols-[2rem_1fr_auto] items-start gap-x-3 px-4 py-3 sm:px-5">
      <span aria-hidden="true" className={cx("flex size-8 items-center justify-center rounded-full", tone)}>
        <Icon className="size-4" />
      </span>
      <div className="min-w-0">
        <p className="wrap-anywhere">{entry.summary}</p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
          <span className="wrap-anywhere">{entry.actor}</span>
          {entry.actorIsOperator && <Pill tone="accent">Operator</Pill>}
          {entry.sourceAddress && (
            <span>
              from <span className="code-text">{entry.sourceAddress}</span>
            </span>
          )}
        </p>
      </div>
      <div className="grid justify-items-end text-sm">
        <ClockTime iso={entry.at} className="tabular text-muted" />
        <span className="-mr-1.5 hidden items-center text-faint sm:flex">
          <code className="code-text text-xs" title={`SHA-256 of this entry: ${entry.hash}`}>
            {entry.hash.slice(0, HASH_SHOWN)}
          </code>
          <CopyButton text={entry.hash} what="entry’s hash" className="-my-1.5 scale-80" />
        </span>
      </div>
    </li>
  );
}

const OTHER: { Icon: LucideIcon; tone: string } = { Icon: CircleDot, tone: "bg-hover text-muted" };

const LOOKS: { prefix: string; Icon: LucideIcon; tone: string }[] = [
  { prefix: "client.issued", Icon: Plus, tone: "bg-good-soft text-good" },
  { prefix: "client.enrolled", Icon: Plus, tone: "bg-good-soft text-good" },
  { prefix: "client.revoked", Icon: Ban, tone: "bg-bad-soft text-bad" },
  { prefix: "client.cut", Icon: Scissors, tone: "bg-hover text-muted" },
  { prefix: "clients.cut", Icon: Scissors, tone: "bg-hover text-muted" },
  { prefix: "billing.", Icon: Receipt, tone: "bg-hover text-muted" },
  { prefix: "license.", Icon: Receipt, tone: "bg-hover text-muted" },
  { prefix: "instance.confirmed", Icon: Check, tone: "bg-good-soft text-good" },
  { prefix: "instance.key_changed", Icon: KeyRound, tone: "bg-warn-soft text-warn" },
  { prefix: "instance", Icon: Server, tone: "bg-hover text-muted" },
  { prefix: "operator", Icon: Eye, tone: "bg-accent-soft text-accent" },
];

function byDay(entries: ActivityView[], key: (entry: ActivityView) => string): [string, ActivityView[]][] {
  const days: [string, ActivityView[]][] = [];
  for (const entry of entries) {
    const day = key(entry);
    const last = days.at(-1);
    if (last && last[0] === day) last[1].push(entry);
    else days.push([day, [entry]]);
  }
  return days;
}
