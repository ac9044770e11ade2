"use client";

import { ArrowUpRight, CircleCheck } from "lucide-react";
import { enforcementOf } from "@/app/_client/enforcement";
import { useLiveClient } from "@/app/_client/use-live-client";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { RelativeTime } from "@/lib/ui/relative-time";
import { Spinner } from "@/lib/ui/spinner";
import { formatDuration } from "@/lib/ui/time";
import type { ClientView } from "@/lib/usecases/views";
import type { FlowInstance } from "./connect-step";

/** From "the gateway lets it in" to "the machine is there", live. */
interface ConnectionWatchProps {
  subscriptionId: string;
  initial: ClientView;
  instance: FlowInstance;
  /** The key that is to take over from the machine's old one; null: it is its first. */
  newKey: string | null;
}

export function ConnectionWatch({ subscriptionId, initial, instance, newKey }: ConnectionWatchProps) {
  const [client] = useLiveClient(subscriptionId, initial, true);
  // Until the new key took over, what the gateway sees is the old one.
  const waits = newKey !== null && client.publicKey !== newKey;
  const lastHandshakeAt = waits ? null : client.device.lastHandshakeAt;
  const connected = newKey === null ? lastHandshakeAt !== null : !waits;
  const live = enforcementOf(client).kind === "live";
  const { tookMs } = client.enforcement;
  return (
    <Card aria-label="Connection" className="grid grid-cols-1 gap-4 p-4 sm:p-5">
      <div className="flex items-start gap-1.5 text-sm">
        <EnforcementStatus client={client} />
        {live && tookMs !== null && <span className="tabular text-faint">after {formatDuration(tookMs)}</span>}
      </div>
      {client.gateway.fetched ? (
        <p className="border-t border-line pt-4 text-sm text-muted">
          {newKey === null ? "Turn the tunnel on at the machine. It works" : "Turn the tunnel on with the new config. It works, and the old one doesn’t any more,"} once the instance’s host has fetched its clients, usually within a minute. The host runs no agent, so this page can’t
          see whether it connects.
        </p>
      ) : (
      <div role="status" className="flex gap-3 border-t border-line pt-4">
        {connected ? <CircleCheck aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-good" /> : <Spinner className="mt-0.5 size-5 shrink-0 text-accent" />}
        <div className="min-w-0">
          <p className="text-lg font-semibold">{connected ? "Connected!" : waits ? "Waiting for the new key…" : "Waiting for it to connect…"}</p>
          <p className="text-sm text-muted">
            {waits
              ? "Turn the tunnel on with the new config; this page notices by itself. The old config works until then, for a day at most."
              : newKey !== null
                ? "The new key took over, and the old one is cut."
                : lastHandshakeAt
                  ? <>{client.nickname} reached the gateway <RelativeTime iso={lastHandshakeAt} />.</>
                  : "Turn the tunnel on at the machine; this page notices by itself."}
          </p>
        </div>
      </div>
      )}
      {connected && (
        <a href={instance.url} target="_blank" rel="noreferrer" className={buttonClass("secondary", "md")}>
          Open {instance.name}
          <ArrowUpRight aria-hidden="true" className="size-4" />
        </a>
      )}
    </Card>
  );
}
