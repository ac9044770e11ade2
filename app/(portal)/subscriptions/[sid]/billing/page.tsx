import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { LiveSubscription } from "../_components/live-subscription";
import { SubscriptionShell } from "../_components/subscription-shell";
import { BillingSection } from "./_components/billing-section";
import { OperatorBilling } from "./_components/operator-billing";
import { RedeemCard } from "./_components/redeem-card";

export const metadata: Metadata = { title: "Billing" };

export default page("subscription.read", async ({ ctx, actor, params }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="billing">
      <PageTitle title="Billing" />
      <LiveSubscription initial={subscription}>
        <BillingSection />
        <RedeemCard />
        {actor.isOperator && <OperatorBilling />}
      </LiveSubscription>
    </SubscriptionShell>
  );
});
