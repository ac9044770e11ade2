import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { BareShell } from "@/app/_components/shell-bare";
import { safeReturnPath } from "@/lib/core/return-path";
import { publicPage } from "@/lib/http/page";
import { VerifyAddress } from "./_components/verify-address";

export const metadata: Metadata = { title: "Confirm your address" };

export default publicPage(async ({ actor, searchParams }) => {
  const returnPath = safeReturnPath(searchParams.callbackUrl);
  if (!actor) redirect("/signin?callbackUrl=%2Fverify-address");
  if (actor.email !== null) redirect(returnPath);
  return (
    <BareShell>
      <VerifyAddress address={actor.claimedEmail} returnPath={returnPath} />
    </BareShell>
  );
});
