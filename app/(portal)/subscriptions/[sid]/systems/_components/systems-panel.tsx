"use client";

import { HardDrive } from "lucide-react";
import Link from "next/link";
import { askAll, useSystems } from "@/app/_client/use-systems";
import { DeviceStatus } from "@/app/_components/device-status";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { SystemStatePill } from "@/app/_components/system-state-pill";
import { buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { cx } from "@/lib/ui/cx";
import { EmptyState } from "@/lib/ui/empty-state";
import { LinkPending } from "@/lib/ui/link-pending";
import { RelativeTime } from "@/lib/ui/relative-time";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import type { SystemView } from "@/lib/usecases/system-views";
import { RemoveSystem } from "./remove-system";

/** Every system of the instance, live: who waits first, then who is in. */
export function SystemsPanel({ subscriptionId, initial }: { subscriptionId: string; initial: SystemView[] }) {
  const { systems, put } = useSystems(subscriptionId, initial, askAll(subscriptionId));
  if (systems.length === 0) {
    return (
      <Card>
        <EmptyState icon={<HardDrive strokeWidth={1.25} />} title="No systems yet">
          A system asks to join by a script that runs on it. You get a mail, look at what asks, and let it in.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card>
      <Table label="Systems">
        <TableHead>
          <HeadCell>System</HeadCell>
          <HeadCell>Address</HeadCell>
          <HeadCell>State</HeadCell>
          <HeadCell>Connection</HeadCell>
          <HeadCell>Gateway</HeadCell>
          <HeadCell>
            <span className="sr-only">Actions</span>
          </HeadCell>
        </TableHead>
        <TableBody>
          {systems.map((system) => (
            <SystemRow key={system.id} subscriptionId={subscriptionId} system={system} onChanged={put} />
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

function SystemRow({ subscriptionId, system, onChanged }: { subscriptionId: string; system: SystemView; onChanged: (system: SystemView) => void }) {
  const { id, name, client, state, may } = system;
  const gone = state === "removed" || state === "refused" || state === "expired";
  const page = `/subscriptions/${subscriptionId}/systems/${id}`;
  return (
    <TableRow aria-label={name}>
      <Cell className="md:max-w-64 md:min-w-44">
        <Link href={page} className={cx("thumb inline-block max-w-full truncate rounded-sm align-bottom font-medium hover:text-accent hover:underline", gone && "text-muted")}>
          {name}
          <LinkPending />
        </Link>
        <span className="block truncate text-xs text-faint">{system.serial ?? system.version ?? system.hostName}</span>
      </Cell>
      <Cell className="order-3 md:order-none">
        {client ? (
          <span className={cx("code-text whitespace-nowrap", gone && "text-faint")} title={client.addressV6}>
            {client.addressV4}
          </span>
        ) : (
          <span className="text-sm text-faint">None yet</span>
        )}
      </Cell>
      <Cell className="justify-self-end md:justify-self-auto">
        <SystemStatePill state={state} />
      </Cell>
      <Cell className="order-4 justify-self-end md:order-none">
        {client ? (
          <DeviceStatus client={client} />
        ) : (
          <span className="text-sm text-faint">
            Asked <RelativeTime iso={system.askedAt} />
          </span>
        )}
      </Cell>
      <Cell className={cx("order-5 self-center md:order-none md:min-w-44", !may.approve && !may.remove && "col-span-2")}>{client && <EnforcementStatus client={client} />}</Cell>
      <Cell className="order-6 justify-self-end md:order-none md:text-right">
        {may.approve && (
          <Link href={page} className={buttonClass("primary", "sm")} aria-label={`Decide about ${name}`}>
            Decide
            <LinkPending />
          </Link>
        )}
        {may.remove && client && <RemoveSystem subscriptionId={subscriptionId} system={system} gateway={client.gateway} onRemoved={onChanged} />}
      </Cell>
    </TableRow>
  );
}
