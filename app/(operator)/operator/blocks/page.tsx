import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { ClientListSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { page } from "@/lib/http/page";
import { listBlockViews } from "@/lib/usecases/operator-users/blocks";
import { OperatorShell } from "../_components/operator-shell";
import { BlocksTable } from "./_components/blocks-table";

export const metadata: Metadata = { title: "Blocks" };

export default page("operator.read", async ({ ctx, actor }) => {
  async function Blocks() {
    return <BlocksTable initial={(await listBlockViews(ctx, actor)).items} />;
  }

  return (
    <OperatorShell actor={actor} section="blocks">
      <PageTitle title="Blocks" description="Guessing that is being slowed down right now. Owners get through from browsers they have used before; each block ends by itself." />
      <Suspense fallback={<ClientListSkeleton />}>
        <Blocks />
      </Suspense>
    </OperatorShell>
  );
});
