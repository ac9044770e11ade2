import { Suspense } from "react";
import type { Metadata } from "next";
import { page } from "@/lib/http/page";
import { listClients } from "@/lib/usecases/list-clients";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { offerSubnets } from "@/lib/usecases/provisioning/provision-own";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { ClientListSkeleton } from "./_components/client-list-skeleton";
import { ClientsPanel } from "./_components/clients-panel";
import { InstancePanel } from "./_components/instance-panel";
import { LiveSubscription } from "./_components/live-subscription";
import { PolicyCard } from "./_components/policy-card";
import { SharedConfigCard } from "./_components/shared-config-card";
import { SubscriptionShell } from "./_components/subscription-shell";

export const metadata: Metadata = { title: "Clients" };

export default page("subscription.read", async ({ ctx, actor, params, searchParams }) => {
  const subscriptionId = params.sid ?? "";
  const query = searchParams.q ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);

  const offers = subscription.instance === null && subscription.may.provision && !subscription.locked ? offerSubnets(ctx) : [];

  async function Clients() {
    return <ClientsPanel initial={await listClients(ctx, actor, { subscriptionId, cursor: null, query })} initialQuery={query} />;
  }

  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="clients">
      <LiveSubscription initial={subscription}>
        <InstancePanel offers={offers} />
        {subscription.instance && (
          <Suspense fallback={<ClientListSkeleton />}>
            <Clients />
          </Suspense>
        )}
        <PolicyCard />
        <SharedConfigCard />
      </LiveSubscription>
    </SubscriptionShell>
  );
});
