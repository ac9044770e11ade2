import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { Notice } from "@/lib/ui/notice";
import { viewAccount } from "@/lib/usecases/account/profile";
import { AccountShell } from "../_components/account-shell";
import { SectionsSkeleton } from "../_components/sections-skeleton";
import { AddressCard } from "./_components/address-card";
import { DeleteCard } from "./_components/delete-card";
import { ProfileCard } from "./_components/profile-card";

export const metadata: Metadata = { title: "Account" };

export default page("account.security", async ({ ctx, actor, searchParams }) => {
  async function Account() {
    const account = await viewAccount(ctx, actor);
    return (
      <div className="grid gap-6">
        <ProfileCard account={account} />
        <AddressCard email={account.email} />
        <DeleteCard account={account} />
      </div>
    );
  }

  return (
    <AccountShell actor={actor} section="account">
      <PageTitle title="Account" description="Who you are to this portal, and where it writes to." />
      {searchParams.changed === "address" && (
        <Notice tone="good" className="mb-6" role="status" title={`Your address is ${actor.email} now`}>
          We told both addresses.
        </Notice>
      )}
      <Suspense fallback={<SectionsSkeleton label="Loading your account" sections={["profile", "address"]} />}>
        <Account />
      </Suspense>
    </AccountShell>
  );
});
