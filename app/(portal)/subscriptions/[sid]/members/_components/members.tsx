"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { memberApi } from "@/app/_client/member-api";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import { Card, CardHeader } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import type { EnrolmentView } from "@/lib/usecases/enrolments-view";
import type { MemberCutView, MembersView } from "@/lib/usecases/members-view";
import { PreparedClients } from "../../_components/prepared-clients";
import { CutCard } from "./cut-card";
import { Invitations } from "./invitations";
import { InviteForm } from "./invite-form";
import { MemberRow } from "./member-row";
import { OwnershipOffer } from "./ownership-offer";
import { PrepareForm } from "./prepare-form";

/** The people of a subscription: who they are, who was asked to join, and what became of those who went. */
export function Members({ initial, prepared }: { initial: MembersView; prepared: EnrolmentView[] }) {
  const [view, setView] = useState(initial);
  const [cut, setCut] = useState<MemberCutView | null>(null);
  const toast = useToast();
  const { id, name } = view.subscription;

  async function refresh() {
    try {
      setView(await memberApi.list(id));
    } catch (problem) {
      toast({ tone: "bad", title: "The members couldn’t be read", description: toApiError(problem).message });
    }
  }
  useSubscriptionEvents(id, { onClient: () => undefined, onInstance: () => void refresh() });

  return (
    <div className="grid gap-6">
      {view.ownershipOffer && <OwnershipOffer subscription={view.subscription} offer={view.ownershipOffer} mayWithdraw={view.may.withdrawOwnership} onChanged={refresh} />}
      {cut && <CutCard key={`${cut.email} ${cut.clients[0]?.id ?? ""}`} subscriptionId={id} cut={cut} />}
      <Card aria-labelledby="members">
        <CardHeader title="Members" titleId="members" description={`In ${name}.`} />
        <ul className="divide-y divide-line">
          {view.items.map((member) => (
            <MemberRow
              key={member.userId}
              subscription={view.subscription}
              member={member}
              most={view.limits.clientsPerMember}
              mayLeave={member.me && view.may.leave}
              onChanged={refresh}
              onCut={async (result) => {
                setCut(result);
                await refresh();
              }}
            />
          ))}
        </ul>
      </Card>
      <PreparedClients subscriptionId={id} initial={prepared} />
      {view.may.prepareClient && <PrepareForm subscription={view.subscription} members={view.items} limits={view.limits} onPrepared={refresh} />}
      {view.invitations.length > 0 && <Invitations subscriptionId={id} invitations={view.invitations} onChanged={refresh} />}
      {view.invitable.length > 0 && <InviteForm subscription={view.subscription} roles={view.invitable} onInvited={refresh} />}
    </div>
  );
}
