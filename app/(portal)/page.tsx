import { ArrowRight, CloudOff, ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { GatewayStatus } from "@/app/_components/gateway-presence";
import { PageTitle, Shell } from "@/app/_components/shell";
import { BillingPill, InstanceStatusPill } from "@/app/_components/state-pill";
import { page } from "@/lib/http/page";
import { buttonClass } from "@/lib/ui/button";
import { formatCount } from "@/lib/ui/bytes";
import { Card } from "@/lib/ui/card";
import { cx } from "@/lib/ui/cx";
import { EmptyState } from "@/lib/ui/empty-state";
import { LinkPending } from "@/lib/ui/link-pending";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import type { SubscriptionView } from "@/lib/usecases/views";

export const metadata: Metadata = { title: "Subscriptions" };

export default page("subscription.list", async ({ ctx, actor, searchParams }) => {
  const subscriptions = await listSubscriptions(ctx, actor);
  const [only, ...others] = subscriptions;
  if (only && others.length === 0 && searchParams.all === undefined) redirect(`/subscriptions/${only.id}`);
  if (!only && actor.isOperator && searchParams.all === undefined) redirect("/operator");
  return (
    <Shell actor={actor}>
      <PageTitle
        title="Subscriptions"
        actions={
          only && (
            <Link href="/subscriptions/new" className={cx(buttonClass("secondary"), "w-full sm:w-auto")}>
              New subscription
              <LinkPending />
            </Link>
          )
        }
      />
      {only ? (
        <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {subscriptions.map((subscription) => (
            <li key={subscription.id}>
              <SubscriptionCard subscription={subscription} />
            </li>
          ))}
        </ul>
      ) : (
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
              You are signed in as <strong className="font-medium text-ink">{actor.email}</strong>, and no subscription belongs to that address.
            </p>
            <p className="mt-2">
              Take one out, and set up its instance in a minute. If your company has one, ask its owner to add you under exactly this address. If you expected to see one here, sign out and use the account it was set up with.
            </p>
          </EmptyState>
        </Card>
      )}
    </Shell>
  );
});

function SubscriptionCard({ subscription }: { subscription: SubscriptionView }) {
  const { instance } = subscription;
  return (
    <Card className="relative flex h-full flex-col gap-4 p-5 transition-colors duration-100 focus-within:border-line-strong hover:border-line-strong">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 text-lg font-semibold wrap-anywhere">
          <Link href={`/subscriptions/${subscription.id}`} className="rounded-sm after:absolute after:inset-0 after:rounded-xl">
            {subscription.name}
            <LinkPending />
          </Link>
        </h2>
        <BillingPill state={subscription.billingState} />
        <ArrowRight aria-hidden="true" className="ml-auto size-4 text-faint" />
      </div>
      <p className="text-sm text-muted">
        {subscription.planName} · {formatCount(subscription.liveClients)} {subscription.liveClients === 1 ? "client" : "clients"}
      </p>
      <div className="mt-auto flex flex-wrap items-center justify-between gap-2 border-t border-line pt-3 text-sm">
        {subscription.locked ? (
          <span className="flex items-center gap-2 text-muted">
            <ShieldCheck aria-hidden="true" className="size-4 text-faint" />
            Opens with your second factor
          </span>
        ) : instance ? (
          <>
            <GatewayStatus gateway={instance.gateway} />
            <InstanceStatusPill status={instance.status} />
          </>
        ) : (
          <span className="text-faint">No instance yet</span>
        )}
      </div>
    </Card>
  );
}
