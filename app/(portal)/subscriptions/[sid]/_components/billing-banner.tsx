import Link from "next/link";
import { LongDay } from "@/app/_components/long-day";
import { buttonClass } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice, type NoticeTone } from "@/lib/ui/notice";
import type { SubscriptionView } from "@/lib/usecases/views";

/** On all of a subscription's pages: what its billing means for who sees it. Nothing while everything is paid for. */
export function BillingBanner({ subscription, here }: { subscription: SubscriptionView; /** The page is the one on billing. */ here: boolean }) {
  const said = whatToSay(subscription);
  if (said === null) return null;
  return (
    <Notice
      tone={said.tone}
      title={said.title}
      className="mb-5"
      actions={
        !here && (
          <Link href={`/subscriptions/${subscription.id}/billing`} className={buttonClass("secondary", "sm")}>
            See billing
            <LinkPending />
          </Link>
        )
      }
    >
      {said.text}
    </Notice>
  );
}

function whatToSay({ billingState, billing }: SubscriptionView): { tone: NoticeTone; title: React.ReactNode; text: React.ReactNode } | null {
  const day = billing.until && <LongDay iso={billing.until} />;
  if (billing.cancelsAtEnd) return { tone: "warn", title: <>Cancelled as of {day}</>, text: "Everything works until then. Afterwards nobody can connect." };
  switch (billingState) {
    case "pending":
      return { tone: "info", title: "Waits for payment", text: billing.card.mayPay ? "The instance can be set up as soon as it is paid for: by card, or by invoice." : "The instance can be set up as soon as the invoice is paid. There is nothing to do here: this page notices." };
    case "trial":
      return { tone: "info", title: <>Trial until {day}</>, text: billing.card.mayPay ? "Everything works. To keep it, pay before that day." : "Everything works. To keep it, pay the invoice before that day." };
    case "past_due":
      return { tone: "warn", title: <>A payment is due: nobody can connect after {day}</>, text: "Everything works until then, and goes on when it is paid." };
    case "suspended":
      return { tone: "bad", title: "Suspended: nobody can connect", text: "Clients, keys and addresses are kept, and work again once it is paid for." };
    case "cancelled":
      return { tone: "bad", title: <>Cancelled: everything is deleted on {day}</>, text: "Nobody can connect. Its owner can keep it until then, on the billing page." };
    case "ended":
      return { tone: "info", title: "This subscription has ended", text: "Its instance was taken down, and its clients are revoked. The log stays." };
    case "active":
      return null;
  }
}
