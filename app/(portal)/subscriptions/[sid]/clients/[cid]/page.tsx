import { ChevronLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { page } from "@/lib/http/page";
import { LinkPending } from "@/lib/ui/link-pending";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewClient } from "@/lib/usecases/view-client";
import { viewTraffic } from "@/lib/usecases/view-traffic";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SubscriptionShell } from "../../_components/subscription-shell";
import { ClientDetails } from "./_components/client-details";

export const metadata: Metadata = { title: "Client" };

export default page("client.read", async ({ ctx, actor, params }) => {
  const { sid: subscriptionId = "", cid: clientId = "" } = params;
  const [subscription, subscriptions, client, traffic] = await Promise.all([
    viewSubscription(ctx, actor, { subscriptionId }),
    listSubscriptions(ctx, actor),
    viewClient(ctx, actor, { subscriptionId, clientId }),
    viewTraffic(ctx, actor, { subscriptionId, clientId }),
  ]);
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="clients">
      <Link href={`/subscriptions/${subscriptionId}`} className="thumb mb-3 inline-flex items-center gap-1 rounded-md text-sm text-muted hover:text-ink">
        <ChevronLeft aria-hidden="true" className="-ml-1 size-4" />
        Clients
        <LinkPending />
      </Link>
      <ClientDetails subscriptionId={subscriptionId} initial={client} traffic={traffic} maxClientDays={subscription.maxClientDays} />
    </SubscriptionShell>
  );
});
