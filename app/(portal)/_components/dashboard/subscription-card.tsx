"use client";

import type { ReactNode } from "react";
import { ArrowRight, CircleCheck, Clock, Plus, ShieldCheck, Unplug, UserPlus } from "lucide-react";
import Link from "next/link";
import { describe, plotOf } from "@/app/_client/traffic-plot";
import { GatewayStatus } from "@/app/_components/gateway-presence";
import { LongDay } from "@/app/_components/long-day";
import { priceText } from "@/app/_components/plan-words";
import { BillingPill, InstanceStatusPill } from "@/app/_components/state-pill";
import { TrafficBars } from "@/app/_components/traffic-bars";
import { Bar } from "@/lib/ui/bar";
import { buttonClass } from "@/lib/ui/button";
import { formatBytes, formatCount } from "@/lib/ui/bytes";
import { Card, Detail } from "@/lib/ui/card";
import { useZone } from "@/lib/ui/clock";
import { LinkPending } from "@/lib/ui/link-pending";
import { Pill } from "@/lib/ui/pill";
import { RelativeTime } from "@/lib/ui/relative-time";
import { formatClock } from "@/lib/ui/time";
import type { SubscriptionSummaryView } from "@/lib/usecases/dashboard-views";
import type { InstanceView, SubscriptionView } from "@/lib/usecases/views";

/** How one subscription does, and the next step in it. */
export function SubscriptionCard({ summary }: { summary: SubscriptionSummaryView }) {
  const { subscription, invited } = summary;
  const { instance } = subscription;
  const base = `/subscriptions/${subscription.id}`;
  return (
    <Card className="relative flex flex-col transition-colors duration-100 focus-within:border-line-strong hover:border-line-strong">
      <div className="px-4 pt-4 pb-3.5 sm:px-5">
        <div className="flex items-start gap-2">
          <h2 className="min-w-0 text-lg font-semibold wrap-anywhere">
            <Link href={base} className="rounded-sm after:absolute after:inset-0 after:rounded-xl">
              {subscription.name}
              <LinkPending />
            </Link>
          </h2>
          <span className="mt-0.5 shrink-0">{subscription.billingState === "active" ? <Pill tone="good">Active</Pill> : <BillingPill state={subscription.billingState} />}</span>
          <ArrowRight aria-hidden="true" className="mt-1 ml-auto size-4 shrink-0 text-faint" />
        </div>
        <p className="mt-0.5 text-sm text-muted">
          {subscription.planName} · {priceText(subscription.billing.price)} · <Term subscription={subscription} />
        </p>
      </div>
      {instance && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line px-4 py-3 text-sm sm:px-5">
          <GatewayStatus gateway={instance.gateway} />
          <Confirmed instance={instance} pending={summary.pending} />
        </div>
      )}
      {instance?.status === "ready" && summary.clients.count + (summary.systems?.count ?? 0) > 0 && <Figures summary={summary} />}
      <div className="border-t border-line px-4 py-3.5 sm:px-5">
        <NextStep summary={summary} base={base} />
        {invited > 0 && (
          <Link href={`${base}/members`} className="thumb relative mt-3 inline-flex items-center gap-1.5 rounded-sm text-sm text-muted hover:text-ink hover:underline">
            <UserPlus aria-hidden="true" className="size-4 text-faint" />
            {invited === 1 ? "One invitation isn’t answered yet" : `${formatCount(invited)} invitations aren’t answered yet`}
          </Link>
        )}
      </div>
    </Card>
  );
}

/** Until when it is paid for, or what becomes of it. */
function Term({ subscription: { billingState, billing } }: { subscription: SubscriptionView }): ReactNode {
  const day = billing.until && <LongDay iso={billing.until} className="whitespace-nowrap" />;
  if (billing.cancelsAtEnd) return <>cancelled as of {day}</>;
  switch (billingState) {
    case "trial":
      return <>trial until {day}</>;
    case "active":
      if (billing.card.renewsAt !== null) return <>next payment on <LongDay iso={billing.card.renewsAt} className="whitespace-nowrap" /></>;
      return day ? <>next payment by {day}</> : "no end";
    case "past_due":
      return <span className="text-warn">nobody can connect after {day}</span>;
    case "cancelled":
      return <>everything is deleted on {day}</>;
    case "suspended":
      return "nobody can connect";
    case "pending":
      return "starts when the invoice is paid";
    case "ended":
      return "over";
  }
}

/** Whether the gateway holds what the portal says. */
function Confirmed({ instance, pending }: { instance: InstanceView; pending: number }) {
  if (instance.status !== "ready") return <InstanceStatusPill status={instance.status} />;
  const changes = pending === 1 ? "One change" : `${formatCount(pending)} changes`;
  if (pending > 0) {
    const stuck = instance.gateway.fetched === null && !instance.gateway.online;
    return (
      <span className={stuck ? "inline-flex items-center gap-1.5 text-warn" : "inline-flex items-center gap-1.5 text-muted"}>
        <Clock aria-hidden="true" className="size-4" />
        {changes} {stuck ? (pending === 1 ? "waits for it" : "wait for it") : "on the way"}
      </span>
    );
  }
  if (instance.gateway.fetched) return <span className="text-faint">Nothing is confirmed here</span>;
  return (
    <span className="inline-flex items-center gap-1.5 text-muted">
      <CircleCheck aria-hidden="true" className="size-4 text-good" />
      <span>
        All confirmed
        {instance.gateway.lastSeenAt && (
          <span className="text-faint">
            {" "}
            · heard <RelativeTime iso={instance.gateway.lastSeenAt} />
          </span>
        )}
      </span>
    </span>
  );
}

function Figures({ summary: { subscription, clients, systems, traffic } }: { summary: SubscriptionSummaryView }) {
  const zone = useZone();
  const plot = plotOf(traffic);
  const withSystems = systems !== null && systems.count > 0;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 border-t border-line px-4 py-4 sm:px-5">
      <Detail label={subscription.may.revokeAnyClient ? "Clients online" : "Your clients online"}>
        <Online {...clients} label="Clients online" />
      </Detail>
      {withSystems && (
        <Detail label="Systems online">
          <Online {...systems} label="Systems online" />
        </Detail>
      )}
      <Detail label="Last 24 hours" className={withSystems ? "col-span-2" : undefined}>
        {traffic.length === 0 ? (
          <span className="text-faint">No traffic</span>
        ) : (
          <>
            <TrafficBars plot={plot} label={`Last 24 hours: ${describe(plot, (at) => `at ${formatClock(Date.parse(at), zone)}`)}`} className="h-8" />
            <span aria-hidden="true" className="tabular mt-1 block text-xs text-faint">
              {formatBytes(plot.downloaded)} down · {formatBytes(plot.uploaded)} up
            </span>
          </>
        )}
      </Detail>
    </dl>
  );
}

function Online({ count, online, label }: { count: number; online: number; label: string }) {
  return (
    <>
      <span className="tabular">
        <span className="text-xl font-semibold">{formatCount(online)}</span> <span className="text-muted">of {formatCount(count)}</span>
      </span>
      <Bar value={online} max={count} label={label} className="mt-1.5" />
    </>
  );
}

/** One or two buttons: what comes next here, and the way to take access away. */
function NextStep({ summary: { subscription, clients }, base }: { summary: SubscriptionSummaryView; base: string }): ReactNode {
  const { name, instance, may, billing, billingState, locked } = subscription;
  if (locked) {
    return (
      <Step
        text={
          <span className="inline-flex gap-2">
            <ShieldCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-faint" />
            Opens with your second factor.
          </span>
        }
      >
        <StepLink name={name} href={base}>Show it</StepLink>
      </Step>
    );
  }
  if (billingState === "ended") return <Step text="It has ended: its instance is gone, its log stays." />;
  if (!instance) {
    if (!billing.givesAccess) return <Step text={billingState === "pending" ? "The instance can be set up as soon as it is paid for." : "It has no instance."}>{may.redeem && <StepLink name={name} href={`${base}/billing`}>See billing</StepLink>}</Step>;
    if (!may.provision) return <Step text="Its owner or an admin has to set up its instance first. Then you can add your machine." />;
    return (
      <Step text="It has no instance yet. Setting one up takes about a minute.">
        <StepLink name={name} href={base} primary>
          Provision now
        </StepLink>
      </Step>
    );
  }
  if (instance.status !== "ready") return <Step text={instance.gateway.online ? "Its instance is being set up. Machines can be added in a moment." : "Its instance is set up once its gateway answers. Machines can be added then."} />;
  const add = may.addClient && billing.givesAccess;
  const none = clients.count === 0;
  return (
    <Step text={none && add && (may.revokeAnyClient ? "No machine can reach it yet." : "None of your machines can reach it yet.")}>
      {!none && (
        <StepLink name={name} href={`${base}#clients`}>
          <Unplug aria-hidden="true" className="-ml-0.5 size-4" />
          Cut off a machine
        </StepLink>
      )}
      {add && (
        <StepLink name={name} href={`${base}/clients/new`} primary={none}>
          <Plus aria-hidden="true" className="-ml-0.5 size-4" />
          Add a machine
        </StepLink>
      )}
      {!billing.givesAccess && may.redeem && <StepLink name={name} href={`${base}/billing`}>See billing</StepLink>}
    </Step>
  );
}

function Step({ text, children }: { text: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      {text && <p className="min-w-0 flex-1 basis-48 text-sm text-muted">{text}</p>}
      {children && <div className="flex w-full flex-wrap gap-2 sm:w-auto">{children}</div>}
    </div>
  );
}

/** @param name of the subscription: there are as many such links as cards */
function StepLink({ name, href, primary = false, children }: { name: string; href: string; primary?: boolean; children: ReactNode }) {
  return (
    <Link href={href} className={buttonClass(primary ? "primary" : "secondary", "sm", "relative grow sm:grow-0")}>
      {children}
      <span className="sr-only">: {name}</span>
      <LinkPending />
    </Link>
  );
}
