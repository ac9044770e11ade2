"use client";

import { Dot } from "@/lib/ui/pill";
import { RelativeTime, SinceTime } from "@/lib/ui/relative-time";
import type { GatewayPresence } from "@/lib/usecases/views";

/** Whether a gateway answers, and when it last did; of a host without an agent, when it fetched its clients. */
export function GatewayStatus({ gateway, named = true }: { gateway: GatewayPresence; named?: boolean }) {
  if (gateway.fetched) {
    return (
      <span className="inline-flex items-start gap-2">
        <Dot tone={gateway.fetched.at ? "neutral" : "warn"} className="mt-1.5" />
        <span>
          {named && <span className="font-medium">{gateway.name} </span>}
          <span className="text-muted">
            {named ? "no agent" : "No agent"}; {gateway.fetched.at ? <>fetched <RelativeTime iso={gateway.fetched.at} /></> : "never fetched"}
          </span>
        </span>
      </span>
    );
  }
  return (
    <span className="inline-flex items-start gap-2">
      <Dot tone={gateway.online ? "good" : "warn"} className="mt-1.5" />
      <span>
        {named && <span className="font-medium">{gateway.name} </span>}
        {gateway.online ? (
          <span className="text-muted">{named ? "online" : "Online"}</span>
        ) : gateway.lastSeenAt ? (
          <span className="text-warn">
            {named ? "offline" : "Offline"} since <SinceTime iso={gateway.lastSeenAt} />
          </span>
        ) : (
          <span className="text-warn">never connected</span>
        )}
      </span>
    </span>
  );
}
