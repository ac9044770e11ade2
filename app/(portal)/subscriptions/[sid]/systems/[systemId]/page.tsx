import { ChevronLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { page } from "@/lib/http/page";
import { LinkPending } from "@/lib/ui/link-pending";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewSystem } from "@/lib/usecases/systems/view-systems";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SubscriptionShell } from "../../_components/subscription-shell";
import { SystemDetails } from "./_components/system-details";

export const metadata: Metadata = { title: "System" };

/** Where the mail about a system leads: nothing happens by opening it, so a scanner of mails that opens links does nothing either. */
export default page("system.read", async ({ ctx, actor, params }) => {
  const { sid: subscriptionId = "", systemId = "" } = params;
  const [subscription, subscriptions, system] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor), viewSystem(ctx, actor, { subscriptionId, systemId })]);
  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="systems">
      <Link href={`/subscriptions/${subscriptionId}/systems`} className="thumb mb-3 inline-flex items-center gap-1 rounded-md text-sm text-muted hover:text-ink">
        <ChevronLeft aria-hidden="true" className="-ml-1 size-4" />
        Systems
        <LinkPending />
      </Link>
      <SystemDetails subscriptionId={subscriptionId} instanceName={subscription.instance?.name ?? "the instance"} initial={system} />
    </SubscriptionShell>
  );
});
