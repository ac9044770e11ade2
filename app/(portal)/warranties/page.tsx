import { Suspense } from "react";
import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { listOwnWarranties } from "@/lib/usecases/warranties/list-warranties";
import { AccountShell } from "../_components/account-shell";
import { SectionsSkeleton } from "../_components/sections-skeleton";
import { Warranties } from "./_components/warranties";

export const metadata: Metadata = { title: "Warranties" };

export default page("warranty.own", async ({ ctx, actor }) => {
  async function Devices() {
    return <Warranties initial={await listOwnWarranties(ctx, actor)} />;
  }

  return (
    <AccountShell actor={actor} section="warranties">
      <PageTitle title="Warranties" description="Your devices, how long each is covered, and proof of it." />
      <Suspense fallback={<SectionsSkeleton label="Loading your devices" sections={["devices"]} />}>
        <Devices />
      </Suspense>
    </AccountShell>
  );
});
