"use client";

import { askOne, useSystems } from "@/app/_client/use-systems";
import { DeviceStatus } from "@/app/_components/device-status";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { SystemStatePill } from "@/app/_components/system-state-pill";
import { Card, Detail } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { Notice } from "@/lib/ui/notice";
import { RelativeTime } from "@/lib/ui/relative-time";
import type { SystemView } from "@/lib/usecases/system-views";
import { RemoveSystem } from "../../_components/remove-system";
import { Decision } from "./decision";
import { RenameSystem } from "./rename-system";

interface SystemDetailsProps {
  subscriptionId: string;
  instanceName: string;
  initial: SystemView;
}

/** What a system says of itself and what the gateway saw of it; and, while it waits, the decision. */
export function SystemDetails({ subscriptionId, instanceName, initial }: SystemDetailsProps) {
  const { systems, put } = useSystems(subscriptionId, [initial], askOne(subscriptionId, initial.id));
  const system = systems[0] ?? initial;
  const { client, state, may } = system;
  return (
    <>
      <Card aria-labelledby="system-name">
        <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-4 sm:px-5">
          <h1 id="system-name" className="min-w-0 text-xl font-semibold wrap-anywhere">
            {system.name}
          </h1>
          <SystemStatePill state={state} />
          <span className="flex flex-wrap gap-2 sm:ml-auto">
            {may.rename && <RenameSystem subscriptionId={subscriptionId} system={system} onRenamed={put} />}
            {may.remove && client && <RemoveSystem subscriptionId={subscriptionId} system={system} gateway={client.gateway} onRemoved={put} />}
          </span>
        </header>
        {may.approve || may.refuse ? <Decision subscriptionId={subscriptionId} instanceName={instanceName} system={system} onDecided={put} /> : <Said system={system} />}
        <Facts system={system} />
      </Card>
    </>
  );
}

/** What came of it, where it is over. */
function Said({ system }: { system: SystemView }) {
  const text = {
    pending: "It waits for an owner or an admin to decide.",
    refused: "It was refused, and was told so. To ask again, it needs a new key.",
    expired: "Nobody decided in time. It may ask again with the same key.",
    removed: "It was removed for good. To return, it asks again with a new key.",
    approved: null,
    suspended: "It is cut off while the subscription is not active, and comes back with it.",
  }[system.state];
  return text === null ? null : (
    <Notice tone="info" className="mx-4 mt-4 sm:mx-5">
      {text}
    </Notice>
  );
}

function Facts({ system }: { system: SystemView }) {
  const { client } = system;
  return (
    <dl className="grid gap-x-8 gap-y-4 px-4 py-4 sm:grid-cols-2 sm:px-5 lg:grid-cols-3">
      <Detail label="Host name, as it says">
        <span className="wrap-anywhere">{system.hostName}</span>
      </Detail>
      <Detail label="Serial number, as it says">{system.serial ?? <span className="text-faint">None given</span>}</Detail>
      <Detail label="Version, as it says">{system.version ?? <span className="text-faint">None given</span>}</Detail>
      <Detail label="Asked">
        <RelativeTime iso={system.askedAt} />
        {system.askedFrom && <span className="text-muted"> from {system.askedFrom}</span>}
      </Detail>
      {client && (
        <>
          <Detail label="Addresses">
            <span className="code-text block">{client.addressV4}</span>
            <span className="code-text block text-muted">{client.addressV6}</span>
          </Detail>
          <Detail label="Connection">
            <DeviceStatus client={client} />
          </Detail>
          <Detail label="Gateway">
            <EnforcementStatus client={client} />
          </Detail>
        </>
      )}
      <Detail label="Public key" className="sm:col-span-2 lg:col-span-3">
        <span className="flex min-w-0 items-center gap-1">
          <code className="code-text min-w-0 wrap-anywhere">{system.publicKey}</code>
          <CopyButton text={system.publicKey} what="public key" />
        </span>
      </Detail>
    </dl>
  );
}
