import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { strongestFactor } from "@/lib/usecases/step-up/strongest-factor";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SubscriptionShell } from "../../_components/subscription-shell";
import { NewClientFlow } from "./_components/new-client-flow";

export const metadata: Metadata = { title: "Add a client" };

export default page("client.issue", async ({ ctx, actor, params }) => {
  const [subscription, subscriptions, factor] = await Promise.all([
    viewSubscription(ctx, actor, { subscriptionId: params.sid ?? "" }),
    listSubscriptions(ctx, actor),
    strongestFactor(ctx, actor, "client.issue"),
  ]);
  if (!subscription.may.addClient || !subscription.instance) notFound();
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="clients">
      <NewClientFlow subscriptionId={subscription.id} subscriptionName={subscription.name} instance={{ name: subscription.instance.name, url: subscription.instance.url }} byMail={factor === "mail"} maxClientDays={subscription.maxClientDays} usage={subscription.ownClients === null || subscription.limits.clientsPerMember === null ? null : { used: subscription.ownClients, most: subscription.limits.clientsPerMember }} />
    </SubscriptionShell>
  );
});
