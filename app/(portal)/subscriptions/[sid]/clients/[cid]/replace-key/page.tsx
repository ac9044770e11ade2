import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { page } from "@/lib/http/page";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { strongestFactor } from "@/lib/usecases/step-up/strongest-factor";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SubscriptionShell } from "../../../_components/subscription-shell";
import { ReplaceKeyFlow } from "./_components/replace-key-flow";

export const metadata: Metadata = { title: "Replace the key" };

export default page("client.issue", async ({ ctx, actor, params }) => {
  const { sid: subscriptionId = "", cid: clientId = "" } = params;
  const [subscription, subscriptions, client, factor] = await Promise.all([
    viewSubscription(ctx, actor, { subscriptionId }),
    listSubscriptions(ctx, actor),
    viewClient(ctx, actor, { subscriptionId, clientId }),
    strongestFactor(ctx, actor, "client.rekey"),
  ]);
  if (!client.mayReplaceKey || !subscription.instance) notFound();
  const { name, url } = subscription.instance;
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="clients">
      <ReplaceKeyFlow subscriptionId={subscription.id} client={client} instance={{ name, url }} byMail={factor === "mail"} />
    </SubscriptionShell>
  );
});
