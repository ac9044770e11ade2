import { Suspense } from "react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listActivity } from "@/lib/usecases/list-activity";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SubscriptionShell } from "../_components/subscription-shell";
import { ActivityList } from "./_components/activity-list";
import { ActivitySkeleton } from "./_components/activity-skeleton";

export const metadata: Metadata = { title: "Activity" };

export default page("activity.read", async ({ ctx, actor, params }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);
  if (!subscription.may.readActivity) notFound();

  async function Activity() {
    return <ActivityList subscriptionId={subscriptionId} initial={await listActivity(ctx, actor, { subscriptionId, cursor: null })} />;
  }

  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="activity">
      <PageTitle title="Activity" description="Everything done in this subscription, by whom and from where. Entries are chained by their hashes, so none can be changed or left out unnoticed." />
      <Suspense fallback={<ActivitySkeleton />}>
        <Activity />
      </Suspense>
    </SubscriptionShell>
  );
});
