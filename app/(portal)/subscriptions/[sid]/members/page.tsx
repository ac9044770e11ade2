import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { viewDirectory } from "@/lib/usecases/directory/token";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { viewEnrolments } from "@/lib/usecases/enrolments/prepare-client";
import { viewMembers } from "@/lib/usecases/members/list-members";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { SectionsSkeleton } from "../../../_components/sections-skeleton";
import { SubscriptionShell } from "../_components/subscription-shell";
import { DirectoryCard } from "./_components/directory-card";
import { Members } from "./_components/members";

export const metadata: Metadata = { title: "Members" };

export default page("member.read", async ({ ctx, actor, params }) => {
  const subscriptionId = params.sid ?? "";
  const [subscription, subscriptions] = await Promise.all([viewSubscription(ctx, actor, { subscriptionId }), listSubscriptions(ctx, actor)]);

  async function People() {
    const [members, prepared, directory] = await Promise.all([viewMembers(ctx, actor, { subscriptionId }), viewEnrolments(ctx, actor, { subscriptionId }), subscription.may.connectDirectory ? viewDirectory(ctx, actor, { subscriptionId }) : null]);
    return (
      <>
        <Members initial={members} prepared={prepared.items} />
        {directory && <DirectoryCard subscriptionId={subscriptionId} initial={directory} />}
      </>
    );
  }

  return (
    <SubscriptionShell actor={actor} subscription={subscription} subscriptions={subscriptions} section="members">
      <PageTitle title="Members" description="Who is in this subscription, and what they may do. Whoever goes loses their clients with it, at once." />
      <Suspense fallback={<SectionsSkeleton label="Loading the members" sections={["members"]} />}>
        <People />
      </Suspense>
    </SubscriptionShell>
  );
});
