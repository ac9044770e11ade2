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
  section: Section;
  children: ReactNode;
}

type Section = "clients" | "members" | "systems" | "service" | "activity" | "billing" | "settings";
interface SectionLink {
  name: Section;
  href: string;
  label: string;
}

/** The pages of a subscription that its reader may see. */
function sectionsOf({ id, may }: SubscriptionView): [SectionLink, ...SectionLink[]] {
  const base = `/subscriptions/${id}`;
  return [
    { name: "clients", href: base, label: "Clients" },
    ...(may.readSystems ? [{ name: "systems" as const, href: `${base}/systems`, label: "Systems" }] : []),
    { name: "service", href: `${base}/service`, label: "Service" },
    { name: "members", href: `${base}/members`, label: "Members" },
    ...(may.readActivity ? [{ name: "activity" as const, href: `${base}/activity`, label: "Activity" }] : []),
    { name: "billing", href: `${base}/billing`, label: "Billing" },
    ...(may.setPolicy ? [{ name: "settings" as const, href: `${base}/settings`, label: "Settings" }] : []),
  ];
}

/** The frame of a subscription's pages. */
export function SubscriptionShell({ actor, subscription, subscriptions, section, children }: SubscriptionShellProps) {
  const nav = sectionsOf(subscription).map(({ name, ...item }) => ({ ...item, current: name === section }));
  // From one's billing to the other's billing, where there is one to see.
  const toSame = (other: SubscriptionView) => ({ id: other.id, name: other.name, href: (sectionsOf(other).find(({ name }) => name === section) ?? sectionsOf(other)[0]).href });
  const others = subscriptions.filter(({ id }) => id !== subscription.id).map(toSame);
  return (
    <Shell actor={actor} nav={nav} place={<SubscriptionSwitcher current={{ id: subscription.id, name: subscription.name, href: `/subscriptions/${subscription.id}` }} others={others} />}>
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
