"use client";

import { useRef, useState } from "react";
import { KeyRound } from "lucide-react";
import Link from "next/link";
import { useKeyboardKept } from "@/app/_client/use-keyboard-kept";
import { DeviceStatus } from "@/app/_components/device-status";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { RevokeButton } from "@/app/_components/revoke-button";
import { RevokingStatus } from "@/app/_components/revoking-status";
import { ClientStatePill } from "@/app/_components/state-pill";
import { cx } from "@/lib/ui/cx";
import { LinkPending } from "@/lib/ui/link-pending";
import { Pill } from "@/lib/ui/pill";
import { Cell, TableRow } from "@/lib/ui/table";
import type { ClientView } from "@/lib/usecases/views";

interface ClientRowProps {
  subscriptionId: string;
  client: ClientView;
  onChanged: (client: ClientView) => void;
}

/** One client: a row of the table, or a card on a phone with its button at the thumb's side. */
export function ClientRow({ subscriptionId, client, onChanged }: ClientRowProps) {
  const name = useRef<HTMLAnchorElement>(null);
  const [revoking, setRevoking] = useState(false);
  const gone = client.state === "revoked" || client.state === "expired";

  const keepKeyboard = useKeyboardKept(name);

  function revoked(changed: ClientView) {
    onChanged(changed);
    // The button goes away with the access.
    keepKeyboard();
  }

  return (
    <TableRow aria-label={client.nickname}>
      <Cell className="md:max-w-64 md:min-w-44">
        <Link
          ref={name}
          href={`/subscriptions/${subscriptionId}/clients/${client.id}`}
          className={cx("thumb inline-block max-w-full truncate rounded-sm align-bottom font-medium hover:text-accent hover:underline", gone && "text-muted")}
        >
          {client.nickname}
          <LinkPending />
        </Link>
        <span className="block truncate text-xs text-faint">{client.mine ? "You" : client.ownerEmail}</span>
        {client.needsNewFile && (
          <Pill tone="warn" className="mt-1">
            Needs a new file
          </Pill>
        )}
        {client.shared && (
          <Pill tone="bad" className="mt-1">
            Two machines
          </Pill>
        )}
      </Cell>
      <Cell className="order-3 md:order-none">
        <span className={cx("code-text whitespace-nowrap", gone && "text-faint")} title={client.addressV6}>
          {client.addressV4}
        </span>
        {!client.hasPresharedKey && (
          <span className="ml-1.5 inline-flex align-middle text-faint" title="Without a preshared key">
            <KeyRound aria-hidden="true" className="size-3" />
            <span className="sr-only">without a preshared key</span>
          </span>
        )}
      </Cell>
      <Cell className="justify-self-end md:justify-self-auto">
        <ClientStatePill state={client.state} />
      </Cell>
      <Cell className="order-4 justify-self-end md:order-none">
        <DeviceStatus client={client} />
      </Cell>
      <Cell className={cx("order-5 self-center md:order-none md:min-w-44", !client.mayRevoke && "col-span-2")}>
        {revoking ? <RevokingStatus /> : <EnforcementStatus client={client} />}
      </Cell>
      {client.mayRevoke ? (
        <Cell className="order-6 justify-self-end md:order-none md:text-right">
          <RevokeButton subscriptionId={subscriptionId} client={client} onRevoked={revoked} onPendingChange={setRevoking} />
        </Cell>
      ) : (
        <Cell className="hidden md:table-cell" />
      )}
    </TableRow>
  );
}
