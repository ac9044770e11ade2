"use client";

import { ArrowDown, ArrowUp } from "lucide-react";
import { isOnline } from "@/app/_client/enforcement";
import { formatBytes } from "@/lib/ui/bytes";
import { useNow } from "@/lib/ui/clock";
import { Dot } from "@/lib/ui/pill";
import { RelativeTime } from "@/lib/ui/relative-time";
import type { ClientView } from "@/lib/usecases/views";

/** Whether the machine is connected, when it last shook hands, and what went through. */
export function DeviceStatus({ client }: { client: ClientView }) {
  const now = useNow(5_000);
  const { lastHandshakeAt } = client.device;
  const online = isOnline(client, now);
  return (
    <span className="flex items-start gap-2 text-sm">
      <Dot tone={online ? "good" : "neutral"} className="mt-1.5" />
      <span className="min-w-0">
        {online && lastHandshakeAt ? (
          <span className="whitespace-nowrap text-faint">
            <span className="font-medium text-good">Online</span> · <RelativeTime iso={lastHandshakeAt} />
          </span>
        ) : lastHandshakeAt ? (
          <span className="text-muted">
            Seen <RelativeTime iso={lastHandshakeAt} />
          </span>
        ) : (
          <span className="text-faint">{client.gateway.fetched ? "Not known" : "Never connected"}</span>
        )}
        {lastHandshakeAt && <Traffic client={client} />}
      </span>
    </span>
  );
}

/** Down and up as the machine sees them: what the gateway sent, it received. */
export function Traffic({ client }: { client: ClientView }) {
  const { receivedBytes, sentBytes } = client.device;
  return (
    <span className="tabular flex gap-2 text-xs whitespace-nowrap text-faint">
      <span className="inline-flex items-center gap-0.5">
        <ArrowDown aria-hidden="true" className="size-3" />
        <span className="sr-only">Downloaded </span>
        {formatBytes(sentBytes)}
      </span>
      <span className="inline-flex items-center gap-0.5">
        <ArrowUp aria-hidden="true" className="size-3" />
        <span className="sr-only">Uploaded </span>
        {formatBytes(receivedBytes)}
      </span>
    </span>
  );
}
