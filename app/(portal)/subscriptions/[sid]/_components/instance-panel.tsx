"use client";

import { useState } from "react";
import { ChevronDown, ExternalLink, Server } from "lucide-react";
import { setupSteps } from "@/app/_client/enforcement-steps";
import { GatewayStatus } from "@/app/_components/gateway-presence";
import { BillingPill, InstanceStatusPill } from "@/app/_components/state-pill";
import { Bar } from "@/lib/ui/bar";
import { formatCount } from "@/lib/ui/bytes";
import { Card, Detail } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { cx } from "@/lib/ui/cx";
import { EmptyState } from "@/lib/ui/empty-state";
import { Notice } from "@/lib/ui/notice";
import { useZone } from "@/lib/ui/clock";
import { formatPreciseClock } from "@/lib/ui/time";
import { Timeline } from "@/lib/ui/timeline";
import type { EnforcementView, InstanceView, SubnetOffer, SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription } from "./live-subscription";
import { ProvisionForm } from "./provision-form";

/** The instance a subscription pays for: whether it can be reached, where, and by whose key. */
export function InstancePanel({ offers }: { /** Networks to choose from, for who may set up an instance that isn't there. */ offers: SubnetOffer[] }) {
  const subscription = useLiveSubscription();
  const { instance } = subscription;
  if (!instance) {
    return (
      <>
        <h1 className="mb-5 text-2xl font-semibold wrap-anywhere">{subscription.name}</h1>
        {subscription.may.provision && !subscription.locked && subscription.billing.givesAccess ? (
          <ProvisionForm offers={offers} />
        ) : (
          <Card>
            <EmptyState icon={<Server strokeWidth={1.25} />} title="No instance yet">
              Nothing runs in this subscription so far. Once its owner or an admin has set up its instance, this page shows where to reach it, and clients can be added.
            </EmptyState>
          </Card>
        )}
      </>
    );
  }
  return (
    <>
      {instance.gateway.fetched && (
        <Notice tone="info" className="mb-4" title="Nothing is confirmed here">
          This instance’s host runs no agent. It fetches its list of clients from time to time, and nobody tells whether it does as the list says. Each change says below when it was fetched.
        </Notice>
      )}
      {instance.status === "ready" && instance.gateway.fetched === null && !instance.gateway.online && (
        <Notice tone="warn" className="mb-4" role="status" title="The gateway isn’t answering">
          Connections that are open stay open. Changes wait until it is back, revocations too; each one says below that it is waiting.
        </Notice>
      )}
      {instance.status === "failed" && (
        <Notice tone="bad" className="mb-4" role="status" title="The gateway couldn’t set up the instance yet">
          It tries again by itself, and the operator sees what stands in the way. There is nothing to do here: this page notices when it is up.
        </Notice>
      )}
      <Card aria-labelledby="instance-name">
        <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-4 sm:px-5">
          <h1 id="instance-name" className="min-w-0 text-xl font-semibold wrap-anywhere">
            {instance.name}
          </h1>
          <InstanceStatusPill status={instance.status} />
          <BillingPill state={subscription.billingState} />
          {instance.status === "ready" && (
            <a
              href={instance.url}
              target="_blank"
              rel="noreferrer"
              title="Opens through the tunnel only"
              className="thumb inline-flex items-center gap-1.5 rounded-md font-medium text-accent hover:underline sm:ml-auto"
            >
              {instance.url.replace(/\/$/, "")}
              <ExternalLink aria-hidden="true" className="size-3.5" />
              <span className="sr-only">(opens through the tunnel only)</span>
            </a>
          )}
        </header>
        {instance.setup && <SetupProgress setup={instance.setup} stalled={instance.status === "failed" || !instance.gateway.online} />}
        <InstanceFacts instance={instance} subscription={subscription} />
      </Card>
    </>
  );
}

function SetupProgress({ setup, stalled }: { setup: EnforcementView; stalled: boolean }) {
  const zone = useZone();
  const steps = setupSteps(setup).map(({ at, took, ...step }) => ({ ...step, offset: took ?? undefined, time: at ? formatPreciseClock(Date.parse(at), zone) : undefined }));
  return (
    <div className="border-b border-line px-4 py-5 sm:px-5">
      <Timeline label="Steps of setting up the instance" steps={steps} stalled={stalled} />
    </div>
  );
}

function InstanceFacts({ instance, subscription }: { instance: InstanceView; subscription: SubscriptionView }) {
  // On a phone the clients come first: addresses and keys wait behind a button. From `sm` up everything is shown.
  const [open, setOpen] = useState(false);
  const folded = open ? undefined : "hidden sm:block";
  const { liveClients, liveSystems, maxClients } = subscription;
  const byPlan = maxClients !== null && maxClients < instance.capacity;
  const room = byPlan ? maxClients : instance.capacity;
  const used = byPlan ? liveClients : liveClients + liveSystems;
  return (
    <>
      <dl id="instance-facts" className="grid grid-cols-2 gap-x-6 gap-y-4 px-4 pt-4 pb-4 sm:px-5 lg:grid-cols-[1fr_1.3fr_1.2fr_1fr] lg:gap-x-8">
        <Detail label="Gateway">
          <GatewayStatus gateway={instance.gateway} />
        </Detail>
        <Detail label="Endpoint" className={cx("order-2 col-span-2 sm:order-none sm:col-span-1", folded)}>
          {instance.endpoint ? <span className="code-text">{instance.endpoint}</span> : <span className="text-faint">Not known yet</span>}
        </Detail>
        <Detail label="Subnets" className={cx("order-2 col-span-2 sm:order-none sm:col-span-1", folded)}>
          <span className="code-text block">{instance.subnetV4}</span>
          <span className="code-text block text-muted">{instance.subnetV6}</span>
        </Detail>
        <Detail label={byPlan ? `Clients, plan ${subscription.planName}` : "Addresses in use"}>
          <span className="tabular">
            {formatCount(used)} <span className="text-muted">of {formatCount(room)}</span>
          </span>
          <Bar
            value={used}
            max={room}
            label={byPlan ? "Clients of the plan in use" : "Addresses in use"}
            tone={used >= room ? "bad" : used >= room * 0.9 ? "warn" : "accent"}
            className="mt-1.5"
          />
        </Detail>
      </dl>
      {instance.publicKey && (
        <dl className={cx("items-center gap-x-3 border-t border-line px-4 py-1.5 sm:px-5", open ? "flex flex-wrap" : "hidden sm:flex")}>
          <dt className="text-xs text-faint">Public key of the instance</dt>
          <dd className="flex min-w-0 items-center gap-1">
            <code className="code-text min-w-0">{instance.publicKey}</code>
            <CopyButton text={instance.publicKey} what="public key" />
          </dd>
        </dl>
      )}
      <button
        type="button"
        aria-expanded={open}
        aria-controls="instance-facts"
        onClick={() => setOpen(!open)}
        className="flex w-full items-center justify-center gap-1 rounded-b-xl border-t border-line py-2.5 text-sm font-medium text-muted sm:hidden"
      >
        {open ? "Less" : "Addresses and key"}
        <ChevronDown aria-hidden="true" className={cx("size-4 transition-transform duration-150", open && "rotate-180")} />
      </button>
    </>
  );
}
