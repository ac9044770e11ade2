import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { ClientListSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { page } from "@/lib/http/page";
import { searchWarrantyRecords } from "@/lib/usecases/warranties/import-warranties";
import { OperatorShell } from "../_components/operator-shell";
import { WarrantyRecords } from "./_components/warranty-records";

export const metadata: Metadata = { title: "Warranties" };

export default page("operator.read", async ({ ctx, actor, searchParams }) => {
  const query = searchParams.q?.trim() ?? "";

  async function Records() {
    return <WarrantyRecords initialQuery={query} initial={await searchWarrantyRecords(ctx, actor, { query })} />;
  }

  return (
    <OperatorShell actor={actor} section="warranties">
      <PageTitle title="Warranties" description="The devices that were sold, and who has registered them." />
      <Suspense fallback={<ClientListSkeleton />}>
        <Records />
      </Suspense>
    </OperatorShell>
  );
});
