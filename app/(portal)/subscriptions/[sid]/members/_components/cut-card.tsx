"use client";

import { useLiveClient } from "@/app/_client/use-live-client";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { Card, CardHeader } from "@/lib/ui/card";
import type { MemberCutView } from "@/lib/usecases/members-view";
import type { ClientView } from "@/lib/usecases/views";

/** The clients of somebody who was removed or demoted: each is gone when its gateway says so, not before. */
export function CutCard({ subscriptionId, cut }: { subscriptionId: string; cut: MemberCutView }) {
  const { email, clients, count } = cut;
  if (clients.length === 0) return null;
  return (
    <Card aria-labelledby="cut">
      <CardHeader title={`Clients of ${email}`} titleId="cut" description={count === 1 ? "It was revoked with the change." : `All ${count} were revoked with the change.${count > clients.length ? ` The first ${clients.length} are shown.` : ""}`} />
      <ul className="divide-y divide-line">
        {clients.map((client) => (
          <CutClient key={client.id} subscriptionId={subscriptionId} initial={client} />
        ))}
      </ul>
    </Card>
  );
}

function CutClient({ subscriptionId, initial }: { subscriptionId: string; initial: ClientView }) {
  const [client] = useLiveClient(subscriptionId, initial);
  return (
    <li aria-label={client.nickname} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
      <span className="min-w-0 font-medium wrap-anywhere">{client.nickname}</span>
      <EnforcementStatus client={client} />
    </li>
  );
}
