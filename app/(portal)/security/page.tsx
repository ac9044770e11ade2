import { Suspense } from "react";
import type { Metadata } from "next";
import { linkError } from "@/app/_client/link-errors";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { Notice } from "@/lib/ui/notice";
import { viewSecurity } from "@/lib/usecases/account/view-security";
import { AccountShell } from "../_components/account-shell";
import { SectionsSkeleton } from "../_components/sections-skeleton";
import { SecurityEvents } from "./_components/events";
import { SecondFactors } from "./_components/second-factors";
import { SecurityProvider } from "./_components/security-context";
import { Sessions } from "./_components/sessions";
import { SignInWays } from "./_components/sign-in-ways";

export const metadata: Metadata = { title: "Security" };

export default page("account.security", async ({ ctx, actor, searchParams }) => {
  const error = linkError(searchParams.error);

  async function Security() {
    return (
      <SecurityProvider initial={await viewSecurity(ctx, actor)}>
        <div className="grid gap-6">
          <SignInWays />
          <SecondFactors />
          <Sessions />
          <SecurityEvents />
        </div>
      </SecurityProvider>
    );
  }

  return (
    <AccountShell actor={actor} section="security">
      <PageTitle title="Security" description="Who can sign in as you, where you are signed in, and what happened lately." />
      {error && (
        <Notice tone="bad" role="alert" title={error.title} className="mb-6">
          {error.text}
        </Notice>
      )}
      <Suspense fallback={<SectionsSkeleton label="Loading how you sign in" sections={["ways", "factors", "sessions"]} />}>
        <Security />
      </Suspense>
    </AccountShell>
  );
});
