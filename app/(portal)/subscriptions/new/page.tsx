import type { Metadata } from "next";
import { PackageOpen } from "lucide-react";
import { PageTitle, Shell } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { listPlans } from "@/lib/usecases/billing/plans";
import { TakeOut } from "./_components/take-out";

export const metadata: Metadata = { title: "New subscription" };

export default page("subscription.take_out", async ({ ctx, actor }) => {
  const plans = await listPlans(ctx);
  return (
    <Shell actor={actor}>
      <PageTitle title="New subscription" description="Choose a plan. The next step is a network for your instance." />
      {plans.length === 0 ? (
        <Card>
          <EmptyState icon={<PackageOpen strokeWidth={1.25} />} title="No plan is on offer">
            Ask the company that runs this portal.
          </EmptyState>
        </Card>
      ) : (
        <TakeOut plans={plans} />
      )}
    </Shell>
  );
});
