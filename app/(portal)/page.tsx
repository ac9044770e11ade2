import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { PageTitle, Shell } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { buttonClass } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { viewDashboard } from "@/lib/usecases/dashboard/view-dashboard";
import { Dashboard } from "./_components/dashboard/dashboard";

export const metadata: Metadata = { title: "Dashboard" };

export default page("subscription.list", async ({ ctx, actor, searchParams }) => {
  const dashboard = await viewDashboard(ctx, actor);
  const none = dashboard.subscriptions.length === 0;
  // Who runs the portal, and is no customer, begins where they work.
  if (none && actor.isOperator && searchParams.all === undefined) redirect("/operator");
  return (
    <Shell actor={actor}>
      <PageTitle
        title="Dashboard"
        actionsOnPhone={false}
        actions={
          !none && (
            <Link href="/subscriptions/new" className={buttonClass("secondary")}>
              New subscription
              <LinkPending />
            </Link>
          )
        }
      />
      <Dashboard initial={dashboard} actor={{ email: actor.email, isOperator: actor.isOperator }} />
    </Shell>
  );
});
