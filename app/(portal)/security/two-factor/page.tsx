import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { safeReturnPath } from "@/lib/core/return-path";
import { page } from "@/lib/http/page";
import { viewSecurity } from "@/lib/usecases/account/view-security";
import { AccountShell } from "../../_components/account-shell";
import { SecurityProvider } from "../_components/security-context";
import { TwoFactorWalk } from "./_components/two-factor-walk";

export const metadata: Metadata = { title: "Two factors" };

/** Where people are led whose subscription requires two factors, and whose session has shown one. */
export default page("account.security", async ({ ctx, actor, searchParams }) => {
  const returnPath = safeReturnPath(searchParams.callbackUrl);
  if (actor.twoFactor) redirect(returnPath);
  return (
    <AccountShell actor={actor} section={null}>
      <SecurityProvider initial={await viewSecurity(ctx, actor)}>
        <TwoFactorWalk returnPath={returnPath} />
      </SecurityProvider>
    </AccountShell>
  );
});
