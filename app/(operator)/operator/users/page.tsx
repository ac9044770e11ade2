import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { ClientListSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { page } from "@/lib/http/page";
import { listUsers } from "@/lib/usecases/operator-users/users";
import { OperatorShell } from "../_components/operator-shell";
import { UserSearch } from "./_components/user-search";

export const metadata: Metadata = { title: "Users" };

export default page("operator.read", async ({ ctx, actor, searchParams }) => {
  const query = searchParams.q?.trim() ?? "";

  async function Users() {
    const { items } = await listUsers(ctx, actor, { query });
    return <UserSearch initialQuery={query} initial={items} ownId={actor.userId} />;
  }

  return (
    <OperatorShell actor={actor} section="users">
      <PageTitle title="Users" description="Everybody with an account here. Deactivating one signs the person out everywhere at once; to reactivate it, you confirm that it’s you." />
      <Suspense fallback={<ClientListSkeleton />}>
        <Users />
      </Suspense>
    </OperatorShell>
  );
});
