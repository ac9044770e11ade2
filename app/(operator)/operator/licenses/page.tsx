import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listLicenses } from "@/lib/usecases/billing/licenses";
import { listPlanRecords } from "@/lib/usecases/billing/plans";
import { OperatorShell } from "../_components/operator-shell";
import { Licenses } from "./_components/licenses";

export const metadata: Metadata = { title: "Licenses" };

export default page("operator.read", async ({ ctx, actor }) => {
  const [licenses, plans] = await Promise.all([listLicenses(ctx, actor), listPlanRecords(ctx, actor)]);
  return (
    <OperatorShell actor={actor} section="licenses">
      <PageTitle title="License keys" description="For customers who get a term with something they bought. A key works once, on a subscription of its plan." />
      <Licenses initial={licenses} plans={plans.map(({ id, name }) => ({ id, name }))} />
    </OperatorShell>
  );
});
