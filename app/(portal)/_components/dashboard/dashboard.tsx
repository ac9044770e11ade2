"use client";

import { CloudOff } from "lucide-react";
import Link from "next/link";
import { useDashboard } from "@/app/_client/use-dashboard";
import { buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { cx } from "@/lib/ui/cx";
import { EmptyState } from "@/lib/ui/empty-state";
import { LinkPending } from "@/lib/ui/link-pending";
import type { DashboardView } from "@/lib/usecases/dashboard-views";
import { Needs } from "./needs";
import { SubscriptionCard } from "./subscription-card";
import { WarrantiesEnding } from "./warranties-ending";

interface DashboardProps {
  initial: DashboardView;
  actor: { email: string; isOperator: boolean };
}

/** What a customer sees first: what needs them, how each subscription does, and the next step from there. */
export function Dashboard({ initial, actor }: DashboardProps) {
  const { needs, subscriptions, warranties } = useDashboard(initial);
  return (
    <div className="grid gap-6">
      <Needs needs={needs} />
      {subscriptions.length > 0 ? (
        <section aria-label="Subscriptions">
          <ul className={cx("grid items-start gap-4", subscriptions.length > 1 && "lg:grid-cols-2")}>
            {subscriptions.map((summary) => (
              <li key={summary.subscription.id}>
                <SubscriptionCard summary={summary} />
              </li>
            ))}
          </ul>
        </section>
      ) : (
        <NoSubscription actor={actor} />
      )}
      <WarrantiesEnding devices={warranties} />
      {subscriptions.length > 0 && (
        // On a phone what there is comes before what there could be.
        <Link href="/subscriptions/new" className={buttonClass("secondary", "md", "sm:hidden")}>
          New subscription
          <LinkPending />
        </Link>
      )}
    </div>
  );
}

function NoSubscription({ actor }: { actor: DashboardProps["actor"] }) {
  return (
    <Card>
      <EmptyState
        icon={<CloudOff strokeWidth={1.25} />}
        title="No subscription yet"
        action={
          <span className="flex flex-wrap justify-center gap-3">
            <Link href="/subscriptions/new" className={buttonClass("primary")}>
              New subscription
              <LinkPending />
            </Link>
            {actor.isOperator && (
              <Link href="/operator" className={buttonClass("secondary")}>
                Open the operator console
                <LinkPending />
              </Link>
            )}
          </span>
        }
      >
        <p>
          You are signed in as <strong className="font-medium wrap-anywhere text-ink">{actor.email}</strong>, and no subscription belongs to that address.
        </p>
        <p className="mt-2">
          Take one out, and set up its instance in a minute. If your company has one, ask its owner to invite you under exactly this address. If you expected to see one here, sign out and use the account it was set up with.
        </p>
      </EmptyState>
    </Card>
  );
}
