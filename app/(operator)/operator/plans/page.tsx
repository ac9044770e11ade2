import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listPlanRecords } from "@/lib/usecases/billing/plans";
import { OperatorShell } from "../_components/operator-shell";
import { Plans } from "./_components/plans";

export const metadata: Metadata = { title: "Plans" };

export default page("operator.read", async ({ ctx, actor }) => (
  <OperatorShell actor={actor} section="plans">
    <PageTitle title="Plans" description="What customers can take out. A change counts at once for who has the plan; what is running keeps its end." />
    <Plans initial={await listPlanRecords(ctx, actor)} cards={ctx.cards !== undefined} />
  </OperatorShell>
));
