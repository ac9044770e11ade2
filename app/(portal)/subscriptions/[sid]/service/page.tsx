import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { LiveSubscription } from "../_components/live-subscription";
import { SubscriptionShell } from "../_components/subscription-shell";
import { ApiKeyCard } from "./_components/api-key-card";
import { ServiceDetails } from "./_components/service-details";

export const metadata: Metadata = { title: "Service" };

export default page("subscription.read", async ({ ctx, actor, params }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="service">
      <PageTitle title="Service" description="Where the instance is, whose key it has, what systems join it with, and how much of the plan is in use." />
      <LiveSubscription initial={subscription}>
        <ServiceDetails />
        <ApiKeyCard />
      </LiveSubscription>
    </SubscriptionShell>
  );
});
