"use client";

import { CloudOff } from "lucide-react";
import Link from "next/link";
import { billingApi } from "@/app/_client/billing-api";
import { useTypedSearch } from "@/app/_client/use-typed-search";
import { LongDay } from "@/app/_components/long-day";
import { BillingPill } from "@/app/_components/state-pill";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import { Pill } from "@/lib/ui/pill";
import { SearchInput } from "@/lib/ui/search-input";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import type { SubscriptionRecordView } from "@/lib/usecases/billing-views";

/** All customers' subscriptions, for operators. */
export function SubscriptionSearch({ initialQuery, initial }: { initialQuery: string; initial: SubscriptionRecordView[] }) {
  const { query, found: items, loading, error, search } = useTypedSearch(initialQuery, initial, async (text, signal) => (await billingApi.subscriptions(text, signal)).items);

  return (
    <div className="grid gap-4">
      <SearchInput label="Search subscriptions" placeholder="Name, or owner’s address" value={query} onValueChange={search} pending={loading} className="max-w-xl" />
      {error && (
        <Notice tone="bad" role="alert">
          {error.message}
        </Notice>
      )}
      <Card>
        {items.length === 0 ? (
          <EmptyState icon={<CloudOff strokeWidth={1.25} />} title={query === "" ? "No subscription yet" : "No subscription matches"}>
            {query === "" ? "Customers take them out by themselves, once there is a plan." : "Check the spelling, or search for another part of it."}
          </EmptyState>
        ) : (
          <Table label="Subscriptions" aria-busy={loading}>
            <TableHead>
              <HeadCell>Subscription</HeadCell>
              <HeadCell>Owner</HeadCell>
              <HeadCell>State</HeadCell>
              <HeadCell>Until</HeadCell>
            </TableHead>
            <TableBody>
              {items.map((item) => (
                <TableRow key={item.id} aria-label={item.name}>
                  <Cell className="col-span-2 md:max-w-72">
                    <Link href={`/subscriptions/${item.id}/billing`} className="thumb rounded-sm font-medium wrap-anywhere hover:text-accent hover:underline">
                      {item.name}
                      <LinkPending />
                    </Link>
                    <span className="block text-sm text-muted">{item.planName}</span>
                  </Cell>
                  <Cell label="Owner" className="col-span-2 wrap-anywhere md:max-w-64">
                    {item.ownerEmail ?? <span className="text-faint">Nobody</span>}
                  </Cell>
                  <Cell label="State">{item.billingState === "active" ? <Pill tone="good">Active</Pill> : <BillingPill state={item.billingState} />}</Cell>
                  <Cell label="Until" className="text-sm">
                    {item.until ? <LongDay iso={item.until} /> : <span className="text-faint">–</span>}
                    {item.cancelsAtEnd && <span className="block text-xs text-faint">cancelled</span>}
                  </Cell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Card>
    </div>
  );
}
