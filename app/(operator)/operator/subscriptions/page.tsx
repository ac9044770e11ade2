import type { Metadata } from "next";
import { PageTitle } from "@/app/_components/shell";
import { page } from "@/lib/http/page";
import { searchSubscriptionRecords } from "@/lib/usecases/billing/operate-billing";
import { OperatorShell } from "../_components/operator-shell";
import { SubscriptionSearch } from "./_components/subscription-search";

export const metadata: Metadata = { title: "Subscriptions" };

export default page("operator.read", async ({ ctx, actor, searchParams }) => {
  const query = searchParams.q?.trim() ?? "";
  const { items } = await searchSubscriptionRecords(ctx, actor, { query });
  return (
    <OperatorShell actor={actor} section="subscriptions">
      <PageTitle title="Subscriptions" description="Those that wait for a payment come first. Open one to activate, extend, suspend or cancel it." />
      <SubscriptionSearch initialQuery={query} initial={items} />
    </OperatorShell>
  );
});
