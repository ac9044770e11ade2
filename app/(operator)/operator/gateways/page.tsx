import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { ClientListSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { AGENT_BUNDLE, readAgentFile } from "@/lib/agent-files";
import { page } from "@/lib/http/page";
import { listGateways } from "@/lib/usecases/list-gateways";
import { OperatorShell } from "../_components/operator-shell";
import { GatewaysTable } from "./_components/gateways-table";
import { InstallCard } from "./_components/install-card";

export const metadata: Metadata = { title: "Gateways" };

export default page("operator.read", async ({ ctx, actor }) => {
  async function Gateways() {
    return <GatewaysTable initial={await listGateways(ctx, actor)} />;
  }

  const { sha256 } = await readAgentFile(AGENT_BUNDLE, ctx.config.url);
  return (
    <OperatorShell actor={actor} section="gateways">
      <PageTitle title="Gateways" description="What each should hold, and what it last confirmed to hold." />
      <Suspense fallback={<ClientListSkeleton />}>
        <Gateways />
      </Suspense>
      <InstallCard portalUrl={ctx.config.url.origin} sha256={sha256} />
    </OperatorShell>
  );
});
