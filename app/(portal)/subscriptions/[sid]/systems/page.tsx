import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { listSystems } from "@/lib/usecases/systems/view-systems";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SubscriptionShell } from "../_components/subscription-shell";
import { JoinCard } from "./_components/join-card";
import { SystemsPanel } from "./_components/systems-panel";

export const metadata: Metadata = { title: "Systems" };

export default page("system.read", async ({ ctx, actor, params }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions, { items }] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor), listSystems(ctx, actor, { subscriptionId })]);
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="systems">
      <PageTitle title="Systems" description="Storage systems that joined the instance with its API key. Each was let in by an owner or an admin." />
      <SystemsPanel subscriptionId={subscriptionId} initial={items} />
      {subscription.instance && subscription.may.useApiKey && <JoinCard subscriptionId={subscriptionId} portalUrl={ctx.config.url.origin} />}
    </SubscriptionShell>
  );
});
