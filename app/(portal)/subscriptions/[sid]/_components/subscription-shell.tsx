import type { ReactNode } from "react";
import { Eye } from "lucide-react";
import { Shell, type ShellActor } from "@/app/_components/shell";
import { SubscriptionSwitcher } from "@/app/_components/subscription-switcher";
import type { SubscriptionView } from "@/lib/usecases/views";
import { BillingBanner } from "./billing-banner";
import { SignInBanner } from "./sign-in-banner";

interface SubscriptionShellProps {
  actor: ShellActor;
  subscription: SubscriptionView;
  /** All of the person's subscriptions, for the switcher. */
  subscriptions: SubscriptionView[];
  section: "clients" | "members" | "systems" | "service" | "activity" | "billing";
  children: ReactNode;
}

/** The frame of a subscription's pages. */
export function SubscriptionShell({ actor, subscription, subscriptions, section, children }: SubscriptionShellProps) {
  const base = `/subscriptions/${subscription.id}`;
  const nav = [
    { href: base, label: "Clients", current: section === "clients" },
    ...(subscription.may.readSystems ? [{ href: `${base}/systems`, label: "Systems", current: section === "systems" }] : []),
    { href: `${base}/service`, label: "Service", current: section === "service" },
    { href: `${base}/members`, label: "Members", current: section === "members" },
    ...(subscription.may.readActivity ? [{ href: `${base}/activity`, label: "Activity", current: section === "activity" }] : []),
    { href: `${base}/billing`, label: "Billing", current: section === "billing" },
  ];
  const others = subscriptions.filter(({ id }) => id !== subscription.id).map(({ id, name }) => ({ id, name }));
  return (
    <Shell actor={actor} nav={nav} place={<SubscriptionSwitcher current={{ id: subscription.id, name: subscription.name }} others={others} />}>
      {subscription.standing === "operator" && (
        <p className="-mt-2 mb-5 flex items-center gap-2 rounded-lg bg-accent-soft px-4 py-2.5 text-sm text-muted sm:-mt-3">
          <Eye aria-hidden="true" className="size-4 shrink-0 text-accent" />
          <span>
            You see this as an <strong className="font-medium text-ink">operator</strong>. What you do here is written in the customer’s own log.
          </span>
        </p>
      )}
      <BillingBanner subscription={subscription} here={section === "billing"} />
      <SignInBanner subscription={subscription} />
      {children}
    </Shell>
  );
}
