import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { ClientListSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { page } from "@/lib/http/page";
import { searchClients } from "@/lib/usecases/search-clients";
import { OperatorShell } from "./_components/operator-shell";
import { ClientSearch } from "./_components/client-search";

export const metadata: Metadata = { title: "Find a client" };

export default page("operator.read", async ({ ctx, actor, searchParams }) => {
  const query = searchParams.q?.trim() ?? "";

  async function Search() {
    const found = query === "" ? null : await searchClients(ctx, actor, { query, cursor: null });
    return <ClientSearch initialQuery={query} initial={found} />;
  }

  return (
    <OperatorShell actor={actor} section="search">
      <PageTitle title="Find a client" description="Across all subscriptions. A customer whose clients you find can see in their own log that you looked." />
      <Suspense fallback={<ClientListSkeleton />}>
        <Search />
      </Suspense>
    </OperatorShell>
  );
});
