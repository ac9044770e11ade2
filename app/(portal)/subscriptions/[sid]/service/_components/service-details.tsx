"use client";

import type { ReactNode } from "react";
import { ExternalLink, Server } from "lucide-react";
import Link from "next/link";
import { GatewayStatus } from "@/app/_components/gateway-presence";
import { BillingPill, InstanceStatusPill } from "@/app/_components/state-pill";
import { Bar } from "@/lib/ui/bar";
import { formatCount } from "@/lib/ui/bytes";
import { Card, CardHeader } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { EmptyState } from "@/lib/ui/empty-state";
import type { InstanceView } from "@/lib/usecases/views";
import { useLiveSubscription } from "../../_components/live-subscription";

/** All that one may have to know of the instance, to be copied from. */
export function ServiceDetails() {
  const { id, instance, billingState } = useLiveSubscription();
  if (!instance) {
    return (
      <Card>
        <EmptyState icon={<Server strokeWidth={1.25} />} title="No instance yet">
          Its address, keys and networks are shown here once it has been set up, on the page <Link href={`/subscriptions/${id}`} className="text-accent underline">Clients</Link>.
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <Card aria-labelledby="service-instance">
        <CardHeader
          title={
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1 wrap-anywhere">
              {instance.name} <InstanceStatusPill status={instance.status} /> <BillingPill state={billingState} />
            </span>
          }
          titleId="service-instance"
        />
        <Facts instance={instance} />
      </Card>
      <Usage instance={instance} />
    </>
  );
}

function Facts({ instance }: { instance: InstanceView }) {
  return (
    <dl className="divide-y divide-line px-4 sm:px-5">
      <Fact label="Instance address">
        {instance.status === "ready" ? (
          <a href={instance.url} target="_blank" rel="noreferrer" title="Opens through the tunnel only" className="thumb inline-flex items-center gap-1.5 rounded-md font-medium text-accent hover:underline">
            {instance.url.replace(/\/$/, "")}
            <ExternalLink aria-hidden="true" className="size-3.5" />
            <span className="sr-only">(opens through the tunnel only)</span>
          </a>
        ) : (
          <Unknown />
        )}
      </Fact>
      <Fact label="Gateway">
        <GatewayStatus gateway={instance.gateway} />
      </Fact>
      <Fact label="Gateway endpoint">{instance.endpoint ? <Copied text={instance.endpoint} what="endpoint" /> : <Unknown />}</Fact>
      <Fact label="Public key">{instance.publicKey ? <Copied text={instance.publicKey} what="public key" /> : <Unknown />}</Fact>
      <Fact label="IPv4 subnet">
        <Copied text={instance.subnetV4} what="IPv4 subnet" />
      </Fact>
      <Fact label="IPv6 subnet">
        <Copied text={instance.subnetV6} what="IPv6 subnet" />
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid items-center gap-x-6 py-2.5 sm:min-h-13 sm:grid-cols-[11rem_minmax(0,1fr)]">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className="flex min-w-0 items-center justify-between gap-1 sm:justify-start">
      <code className="code-text min-w-0 wrap-anywhere">{text}</code>
      <CopyButton text={text} what={what} />
    </span>
  );
}

const Unknown = () => <span className="text-faint">Not known until the gateway has set it up</span>;

/** What is in use, against what the plan and the network have room for. */
function Usage({ instance }: { instance: InstanceView }) {
  const { liveClients, liveSystems, maxClients, maxSystems, planName } = useLiveSubscription();
  return (
    <Card aria-labelledby="service-usage" className="mt-6">
      <CardHeader title="In use" titleId="service-usage" description={`Plan ${planName}`} />
      <dl className="grid gap-x-10 gap-y-5 px-4 py-4 sm:grid-cols-3 sm:px-5">
        <Share label="Clients" used={liveClients} room={maxClients} />
        <Share label="Systems" used={liveSystems} room={maxSystems} />
        <Share label="Addresses of the subnet" used={liveClients + liveSystems} room={instance.capacity} />
      </dl>
    </Card>
  );
}

function Share({ label, used, room }: { label: string; used: number; room: number | null }) {
  return (
    <div>
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="tabular mt-0.5">
        {formatCount(used)} <span className="text-muted">{room === null ? "in use, as many as you like" : `of ${formatCount(room)}`}</span>
        {room !== null && <Bar value={used} max={Math.max(room, 1)} label={`${label} in use`} tone={used >= room ? "bad" : used >= room * 0.9 ? "warn" : "accent"} className="mt-1.5" />}
      </dd>
    </div>
  );
}
