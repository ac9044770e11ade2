import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { LimitCard } from "../_components/limit-card";
import { LiveSubscription } from "../_components/live-subscription";
import { PeersReachCard } from "../_components/peers-reach-card";
import { PolicyCard } from "../_components/policy-card";
import { SharedConfigCard } from "../_components/shared-config-card";
import { SignInCard } from "../_components/sign-in-card";
import { SubscriptionShell } from "../_components/subscription-shell";

export const metadata: Metadata = { title: "Settings" };

export default page("subscription.read", async ({ ctx, actor, params }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);
  if (!subscription.may.setPolicy) notFound();
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="settings">
      <PageTitle title="Settings" description="What is asked of members and their machines. To ask for more takes a click; to ask for less, a proof that it is you." />
      <LiveSubscription initial={subscription}>
        <PolicyCard />
        <SignInCard />
        <SharedConfigCard />
        <LimitCard limit="clientsPerMember" />
        <LimitCard limit="clientDays" />
        <PeersReachCard />
      </LiveSubscription>
    </SubscriptionShell>
  );
});
