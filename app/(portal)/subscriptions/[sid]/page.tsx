import { Suspense } from "react";
import type { Metadata } from "next";
import { page } from "@/lib/http/page";
import { viewEnrolments } from "@/lib/usecases/enrolments/prepare-client";
import { listClients } from "@/lib/usecases/list-clients";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { offerSubnets } from "@/lib/usecases/provisioning/provision-own";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { ClientListSkeleton } from "./_components/client-list-skeleton";
import { ClientsPanel } from "./_components/clients-panel";
import { InstanceWays } from "./_components/instance-ways";
import { InstancePanel } from "./_components/instance-panel";
import { LeavingCard } from "./_components/leaving-card";
import { LiveSubscription } from "./_components/live-subscription";
import { PreparedClients } from "./_components/prepared-clients";
import { SubscriptionShell } from "./_components/subscription-shell";

export const metadata: Metadata = { title: "Clients" };

export default page("subscription.read", async ({ ctx, actor, params, searchParams }) => {
  const subscriptionId = params.sid ?? "";
  const query = searchParams.q ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);

  // Also where there is an instance: it may be taken down while the page is open.
  const offers = subscription.may.provision && !subscription.locked ? offerSubnets(ctx) : [];

  async function Clients() {
    const [clients, prepared] = await Promise.all([listClients(ctx, actor, { subscriptionId, cursor: null, query }), viewEnrolments(ctx, actor, { subscriptionId })]);
    return (
      <>
        <ClientsPanel initial={clients} initialQuery={query} />
        <PreparedClients subscriptionId={subscriptionId} initial={prepared.items} className="mt-6" />
      </>
    );
  }

  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="clients">
      <LiveSubscription initial={subscription}>
        <LeavingCard />
        <InstancePanel offers={offers} />
        {(subscription.instance ?? subscription.leaving) && (
          // The dashboard leads here, and to nothing above it.
          <div id="clients" className="scroll-mt-2 sm:scroll-mt-24">
            <Suspense fallback={<ClientListSkeleton />}>
              <Clients />
            </Suspense>
          </div>
        )}
        <InstanceWays />
      </LiveSubscription>
    </SubscriptionShell>
  );
});
