import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { ClientListSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { page } from "@/lib/http/page";
import { listGateways } from "@/lib/usecases/list-gateways";
import { OperatorShell } from "../_components/operator-shell";
import { GatewaysTable } from "./_components/gateways-table";

export const metadata: Metadata = { title: "Gateways" };

export default page("operator.read", async ({ ctx, actor }) => {
  async function Gateways() {
    return <GatewaysTable initial={await listGateways(ctx, actor)} />;
  }

  return (
    <OperatorShell actor={actor} section="gateways">
      <PageTitle title="Gateways" description="What each should hold, and what it last confirmed to hold." />
      <Suspense fallback={<ClientListSkeleton />}>
        <Gateways />
      </Suspense>
    </OperatorShell>
  );
});
