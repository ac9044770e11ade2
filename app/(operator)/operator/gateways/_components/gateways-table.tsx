"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { RouterIcon, TriangleAlert } from "lucide-react";
import { api } from "@/app/_client/api";
import { GatewayStatus } from "@/app/_components/gateway-presence";
import { formatCount } from "@/lib/ui/bytes";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { Pill } from "@/lib/ui/pill";
import { SinceTime } from "@/lib/ui/relative-time";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from "@/lib/protocol/version";
import type { GatewayView, Page } from "@/lib/usecases/views";
import { GatewayActs } from "./gateway-acts";

const REFRESH_MS = 5_000;

/** Every gateway, asked after every few seconds while the page is looked at. */
export function GatewaysTable({ initial }: { initial: Page<GatewayView> }) {
  const [gateways, setGateways] = useState(initial.items);

  async function refresh() {
    try {
      setGateways((await api.gateways()).items);
    } catch {
      // What is on screen stays; the next round asks again.
    }
  }
  const ask = useEffectEvent(() => {
    if (document.visibilityState === "visible") void refresh();
  });

  useEffect(() => {
    const timer = setInterval(() => ask(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);

  if (gateways.length === 0) {
    return (
      <Card>
        <EmptyState icon={<RouterIcon strokeWidth={1.25} />} title="No gateway yet">
          Make one with <code className="code-text">npm run portcullis -- gateway add</code>, then install the agent on its host: the command is below, and asks for the enrolment token that this one prints.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card>
      <Table label="Gateways">
        <TableHead>
          <HeadCell>Gateway</HeadCell>
          <HeadCell>Presence</HeadCell>
          <HeadCell>State it holds</HeadCell>
          <HeadCell className="text-right">Instances</HeadCell>
          <HeadCell className="text-right">Peers</HeadCell>
          <HeadCell>Agent</HeadCell>
          <HeadCell>
            <span className="sr-only">Actions</span>
          </HeadCell>
        </TableHead>
        <TableBody>
          {gateways.map((gateway) => (
            <GatewayRow key={gateway.id} gateway={gateway} onDone={refresh} />
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

function GatewayRow({ gateway, onDone }: { gateway: GatewayView; onDone: () => Promise<void> }) {
  return (
    <TableRow aria-label={gateway.name}>
      <Cell>
        <span className="block font-medium">{gateway.name}</span>
        <span className="code-text block text-faint">{gateway.endpointHost}</span>
      </Cell>
      <Cell className="justify-self-end md:justify-self-auto">
        {gateway.enrolled || gateway.fetched ? <GatewayStatus gateway={gateway} named={false} /> : gateway.cutOffAt ? (
          <span className="flex flex-wrap items-center gap-2">
            <Pill tone="bad">Cut off</Pill>
            <SinceTime iso={gateway.cutOffAt} />
          </span>
        ) : (
          <Pill tone="neutral">Not enrolled yet</Pill>
        )}
      </Cell>
      <Cell label="State it holds" className="col-span-2">
        {gateway.enrolled || gateway.fetched ? <SyncState gateway={gateway} /> : <span className="text-faint">{gateway.cutOffAt ? "Not known" : "Nothing yet"}</span>}
      </Cell>
      <Cell label="Instances" className="tabular md:text-right">
        {formatCount(gateway.instances)}
      </Cell>
      <Cell label="Peers" className="tabular justify-self-end text-right md:justify-self-auto">
        {formatCount(gateway.peers)}
      </Cell>
      <Cell label="Agent" className="col-span-2">
        <span className="block">{gateway.agentVersion ?? <span className="text-faint">{gateway.fetched ? "None" : "–"}</span>}</span>
        {!!gateway.protocolVersion && <span className="block text-xs text-faint">Protocol {gateway.protocolVersion}</span>}
        {gateway.implementation && <span className="block text-xs text-faint">{gateway.implementation === "kernel" ? "Kernel WireGuard" : gateway.implementation}</span>}
        <AgentAge version={gateway.protocolVersion} />
      </Cell>
      <Cell className="col-span-2">
        <GatewayActs gateway={gateway} onDone={onDone} />
      </Cell>
    </TableRow>
  );
}

function AgentAge({ version }: { version: number | null }) {
  if (version === null || version === PROTOCOL_VERSION) return null;
  const [tone, text] = version > PROTOCOL_VERSION ? (["bad", "Newer than this portal"] as const) : version < OLDEST_PROTOCOL_VERSION ? (["bad", "Too old"] as const) : (["warn", "Update available"] as const);
  return (
    <Pill tone={tone} className="mt-1">
      {text}
    </Pill>
  );
}

/** What it says counts for nothing until it and the portal speak a version alike. */
const isUnderstood = ({ protocolVersion }: GatewayView): boolean => protocolVersion === null || (protocolVersion >= OLDEST_PROTOCOL_VERSION && protocolVersion <= PROTOCOL_VERSION);

function SyncState({ gateway }: { gateway: GatewayView }) {
  const behind = Math.max(0, gateway.revision - gateway.acknowledgedRevision);
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        {gateway.fetched ? (
          <Pill tone="neutral">Never confirmed</Pill>
        ) : gateway.inSync ? (
          <Pill tone="good">In sync</Pill>
        ) : behind > 0 ? (
          <Pill tone="warn">Behind by {formatCount(behind)}</Pill>
        ) : isUnderstood(gateway) ? (
          <Pill tone="warn">Differs from the portal</Pill>
        ) : (
          <Pill tone="bad">Not understood</Pill>
        )}
        <span className="tabular text-sm text-faint">
          revision {gateway.fetched ? formatCount(gateway.revision) : `${formatCount(gateway.acknowledgedRevision)} of ${formatCount(gateway.revision)}`}
        </span>
      </span>
      {gateway.pendingSince !== null && (
        <span className="mt-1 flex items-start gap-1.5 text-sm font-medium text-warn">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          <span>
            {gateway.pendingCuts === 1 ? "One cut" : `${formatCount(gateway.pendingCuts)} cuts`} not {gateway.fetched ? "fetched" : "confirmed"} since <SinceTime iso={gateway.pendingSince} />
          </span>
        </span>
      )}
      {gateway.failure && (
        <span className="mt-1 flex items-start gap-1.5 text-sm text-bad">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          <span className="wrap-anywhere">{gateway.failure}</span>
        </span>
      )}
    </>
  );
}
