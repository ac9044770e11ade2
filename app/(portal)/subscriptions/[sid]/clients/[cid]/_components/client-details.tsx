"use client";

import { useState } from "react";
import { isOnline, isPending } from "@/app/_client/enforcement";
import { enforcementSteps } from "@/app/_client/enforcement-steps";
import { useLiveClient } from "@/app/_client/use-live-client";
import { Traffic } from "@/app/_components/device-status";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { GatewayStatus } from "@/app/_components/gateway-presence";
import { RevokeButton } from "@/app/_components/revoke-button";
import { RevokingStatus } from "@/app/_components/revoking-status";
import { ClientStatePill } from "@/app/_components/state-pill";
import { Card, CardHeader, Detail } from "@/lib/ui/card";
import { useNow, useZone } from "@/lib/ui/clock";
import { CopyButton } from "@/lib/ui/copy-button";
import { Notice } from "@/lib/ui/notice";
import { Dot } from "@/lib/ui/pill";
import { DateTime, RelativeTime } from "@/lib/ui/relative-time";
import { formatPreciseClock } from "@/lib/ui/time";
import { Timeline } from "@/lib/ui/timeline";
import type { TrafficView } from "@/lib/usecases/traffic-view";
import type { ClientView } from "@/lib/usecases/views";
import { LifecycleButtons } from "./lifecycle-buttons";
import { MovedNotice } from "./moved-notice";
import { SharedNotice } from "./shared-notice";
import { TrafficCard } from "./traffic-card";

/** All there is to know about one client, live, and the way to cut it. */
export function ClientDetails({ subscriptionId, initial, traffic, maxClientDays }: { subscriptionId: string; initial: ClientView; traffic: TrafficView; maxClientDays: number | null }) {
  const [client, setClient] = useLiveClient(subscriptionId, initial);
  const [revoking, setRevoking] = useState(false);
  return (
    <>
      <div className="mb-6 flex flex-wrap items-center gap-x-3 gap-y-3">
        <h1 className="min-w-0 text-2xl font-semibold wrap-anywhere">{client.nickname}</h1>
        <ClientStatePill state={client.state} />
        {revoking ? <RevokingStatus /> : <EnforcementStatus client={client} />}
        <div className="flex w-full flex-wrap gap-2 max-sm:*:basis-2/5 sm:ml-auto sm:w-auto">
          <LifecycleButtons subscriptionId={subscriptionId} client={client} maxClientDays={maxClientDays} onChanged={setClient} />
          {client.mayRevoke && <RevokeButton subscriptionId={subscriptionId} client={client} onRevoked={setClient} onPendingChange={setRevoking} size="md" className="flex-1 sm:flex-none" />}
        </div>
      </div>
      <SharedNotice subscriptionId={subscriptionId} client={client} />
      <MovedNotice subscriptionId={subscriptionId} client={client} />
      {client.keyHandover && (
        <Notice tone="info" className="mb-6" title="A new key waits for its first connection">
          The old config works until then, and no longer than <DateTime iso={client.keyHandover.endsAt} />.
        </Notice>
      )}
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid gap-6">
          <Card aria-labelledby="details-title">
            <CardHeader title="Details" titleId="details-title" />
            <ClientFacts client={client} />
          </Card>
          {client.gateway.fetched === null && <TrafficCard subscriptionId={subscriptionId} client={client} initial={traffic} />}
        </div>
        <EnforcementCard client={client} />
      </div>
    </>
  );
}

function ClientFacts({ client }: { client: ClientView }) {
  const now = useNow(5_000);
  const { device } = client;
  const online = isOnline(client, now);
  return (
    <dl className="grid grid-cols-1 gap-x-8 gap-y-5 px-4 py-5 sm:grid-cols-2 sm:px-5">
      <Detail label="Owner">{client.mine ? `${client.ownerEmail} (you)` : client.ownerEmail}</Detail>
      <Detail label="Added">
        <DateTime iso={client.createdAt} />
      </Detail>
      <Detail label="Connection">
        <span className="flex items-center gap-2">
          <Dot tone={online ? "good" : "neutral"} />
          {client.gateway.fetched ? "Not known: the host runs no agent" : online ? "Online" : device.lastHandshakeAt ? "Not connected" : "Never connected"}
        </span>
      </Detail>
      <Detail label="Last handshake">{device.lastHandshakeAt ? <RelativeTime iso={device.lastHandshakeAt} /> : <span className="text-faint">{client.gateway.fetched ? "Not known" : "None so far"}</span>}</Detail>
      <Detail label="Traffic">
        {client.gateway.fetched ? <span className="text-faint">Not known</span> : <Traffic client={client} />}
      </Detail>
      <Detail label="Connects from">{device.endpoint ? <span className="code-text">{device.endpoint}</span> : <span className="text-faint">Not known</span>}</Detail>
      <Detail label="Addresses in the tunnel" className="sm:col-span-2">
        <Copyable text={client.addressV4} what="IPv4 address" />
        <Copyable text={client.addressV6} what="IPv6 address" />
      </Detail>
      <Detail label="Public key" className="sm:col-span-2">
        <Copyable text={client.publicKey} what="public key" />
      </Detail>
      <Detail label="Preshared key">{client.hasPresharedKey ? "Yes; only the machine and the gateway hold it" : "None"}</Detail>
      <Detail label={client.state === "expired" ? "Access ended" : "Access ends"}>{client.expiresAt ? <DateTime iso={client.expiresAt} /> : <span className="text-muted">Never</span>}</Detail>
      {client.heldForOwner && (
        <Detail label="Off for now" className="sm:col-span-2">
          <span className="text-muted">
            {client.heldForOwner === "directory" ? `${client.ownerEmail} is turned off by the company’s directory` : client.mine ? "Until you sign in again" : `Until ${client.ownerEmail} signs in again`}
          </span>
        </Detail>
      )}
      {client.suspendedAt && client.state !== "revoked" && (
        <Detail label="Suspended" className="sm:col-span-2">
          <DateTime iso={client.suspendedAt} />
          <span className="text-muted"> by {client.suspendedByEmail ?? "the portal"}</span>
        </Detail>
      )}
      {client.revokedAt && (
        <Detail label="Revoked" className="sm:col-span-2">
          <DateTime iso={client.revokedAt} />
          {client.revokedByEmail && <span className="text-muted"> by {client.revokedByEmail}</span>}
        </Detail>
      )}
    </dl>
  );
}

function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <span className="flex items-center gap-1">
      <code className="code-text min-w-0">{text}</code>
      <CopyButton text={text} what={what} />
    </span>
  );
}

function EnforcementCard({ client }: { client: ClientView }) {
  const zone = useZone();
  const steps = enforcementSteps(client).map(({ key, label, description, at, atMs, took }) => ({
    key,
    label,
    description,
    atMs,
    offset: took,
    time: at && formatPreciseClock(Date.parse(at), zone),
  }));
  return (
    <Card aria-labelledby="enforcement-title" className="max-lg:order-first">
      <CardHeader
        titleId="enforcement-title"
        title={enforcementTitle(client)}
        description={<GatewayStatus gateway={client.gateway} />}
      />
      <div className="px-4 py-5 sm:px-5">
        <Timeline label="Steps from the request to the gateway’s confirmation" steps={steps} stalled={client.gateway.fetched === null && isPending(client) && !client.gateway.online} over={client.gateway.fetched !== null && !isPending(client)} />
      </div>
    </Card>
  );
}

function enforcementTitle(client: ClientView): string {
  if (client.gateway.fetched && !isPending(client)) return "Fetched, not confirmed";
  if (client.state === "active") return isPending(client) ? "Going live" : "How it went live";
  return isPending(client) ? "Being cut off" : "How it was cut off";
}
