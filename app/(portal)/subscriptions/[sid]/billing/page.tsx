import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { LiveSubscription } from "../_components/live-subscription";
import { SubscriptionShell } from "../_components/subscription-shell";
import { Cancel, PlanCard } from "./_components/billing-section";
import { CardPayment } from "./_components/card-payment";
import { KeepCard } from "./_components/keep-card";
import { OperatorBilling } from "./_components/operator-billing";
import { RedeemCard } from "./_components/redeem-card";

export const metadata: Metadata = { title: "Billing" };

export default page("subscription.read", async ({ ctx, actor, params, searchParams }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="billing">
      <PageTitle title="Billing" />
      <LiveSubscription initial={subscription}>
        <PlanCard />
        <KeepCard />
        <CardPayment justPaid={searchParams.card === "paid"} />
        <RedeemCard />
        <Cancel />
        {actor.isOperator && <OperatorBilling />}
      </LiveSubscription>
    </SubscriptionShell>
  );
});
