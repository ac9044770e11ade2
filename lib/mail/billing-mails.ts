/** Mails about a subscription's billing: before each step, and after it. */
import type { BillingState } from "@/lib/core/vocabulary";
import type { BillingMail } from "./messages";
import { when, type Parts } from "./parts";

/** What a state means for who reads it. */
const MEANING: Record<BillingState, string> = {
  pending: "It waits to be paid for; until then nobody can connect.",
  trial: "It is being tried: everything works.",
  active: "Everything works.",
  past_due: "A payment is due. Everything works until the days of grace are over.",
  suspended: "Nobody can connect. Clients, keys and addresses are kept, and work again once it is paid.",
  cancelled: "Nobody can connect. Everything is kept for a while, and then deleted.",
  ended: "It is over: its instance was taken down, and its clients are revoked.",
};

const TITLE: Record<BillingState, string> = {
  pending: "waits for its payment",
  trial: "is on trial",
  active: "is active",
  past_due: "has a payment due",
  suspended: "is suspended: nobody can connect",
  cancelled: "is cancelled",
  ended: "has ended",
};

/** What is about to be over. */
const ENDING: Partial<Record<BillingState, string>> = {
  trial: "The trial",
  active: "What is paid for",
  past_due: "The grace for the payment that is due",
  cancelled: "The time for which a cancelled subscription is kept",
};

export function billingMail(content: BillingMail): Parts {
  const name = content.subscriptionName;
  const links = [{ label: "See the subscription", url: content.url }];
  switch (content.template) {
    case "billing-ending":
      return {
        subject: `${ENDING[content.state] ?? "Time"} of ${name} ends ${content.days === 1 ? "within a day" : `in ${content.days} days`}`,
        lead: `${ENDING[content.state] ?? "Time"} of the subscription ${name} ends on ${when(content.until)}. If nothing is done, it then ${TITLE[content.next]}.`,
        details: [{ label: "Subscription", value: name }, { label: "Ends", value: when(content.until) }, { label: "After that", value: MEANING[content.next] }],
        closing: content.state === "cancelled" ? "Its owner can keep it, on the page, before that day." : "It goes on when it is paid. The page says how.",
        links,
      };
    case "billing-changed":
      return {
        subject: content.cancelsAtEnd ? `${name} is cancelled as of ${when(content.until ?? content.at)}` : `${name} ${TITLE[content.to]}`,
        lead: content.cancelsAtEnd ? `The subscription ${name} was cancelled. It works until ${when(content.until ?? content.at)}.` : `The subscription ${name} ${TITLE[content.to]}. ${MEANING[content.to]}`,
        details: [
          { label: "Subscription", value: name },
          { label: "By", value: content.byCard ? "The payment by card" : content.byEmail === null ? "The portal, as a time was over" : content.byOperator ? `${content.byEmail}, an operator of the portal` : content.byEmail },
          { label: "When", value: when(content.at) },
          ...(content.until === null ? [] : [{ label: "Until", value: when(content.until) }]),
        ],
        closing: "The page says what happens next.",
        links,
      };
  }
}
