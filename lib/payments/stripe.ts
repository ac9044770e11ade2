/** Payment by card at Stripe, by its own library. The one file that speaks to it; no card ever comes near the portal. */
import { createHash } from "node:crypto";
import type { Stripe } from "stripe";
import { PortcullisError } from "@/lib/core/errors";
import { PLAN_INTERVALS } from "@/lib/core/vocabulary";
import type { CardEvent, CardPayments } from "./cards";
import { cardStateOf, isLiving } from "./stripe-state";

export interface StripeSettings {
  secretKey: string;
  webhookSecret: string;
  /** https://api.stripe.com, or what stands in for it. */
  apiUrl: URL;
}

const TIMEOUT_MS = 10_000;
/** Besides the first try; the library waits a little in between, and says that it is the same request. */
const RETRIES = 1;
/** How old a signed event may be, against who recorded one. */
const TOLERANCE_SECONDS = 300;

export function stripeCards({ secretKey, webhookSecret, apiUrl }: StripeSettings): CardPayments {
  // Twenty megabytes and a third of a second: not before something is asked.
  const load = async (): Promise<Stripe> => {
    const library = await import("stripe");
    return new library.Stripe(secretKey, {
      host: apiUrl.hostname,
      port: apiUrl.port === "" ? (apiUrl.protocol === "https:" ? 443 : 80) : Number(apiUrl.port),
      protocol: apiUrl.protocol === "https:" ? "https" : "http",
      timeout: TIMEOUT_MS,
      maxNetworkRetries: RETRIES,
      telemetry: false,
      appInfo: { name: "Portcullis" },
    });
  };
  let loading: Promise<Stripe> | null = null;
  const client = (): Promise<Stripe> => (loading ??= load());
  async function asked<T>(question: (stripe: Stripe) => Promise<T>): Promise<T> {
    const stripe = await client();
    try {
      return await question(stripe);
    } catch (error) {
      throw refusalOf(error);
    }
  }
  const subscriptionsOf = async (customer: string): Promise<Stripe.Subscription[]> => (await asked((stripe) => stripe.subscriptions.list({ customer, status: "all", limit: 100, expand: ["data.latest_invoice"] }))).data;

  return {
    async createCustomer({ subscriptionId, name, email }) {
      const idempotencyKey = `customer-${createHash("sha256").update(JSON.stringify([subscriptionId, name, email])).digest("hex")}`;
      return (await asked((stripe) => stripe.customers.create({ name, email, metadata: { portcullis_subscription: subscriptionId } }, { idempotencyKey }))).id;
    },

    async checkout({ customerId, subscriptionId, price, firstPaymentAt, paidUrl, leftUrl }) {
      // A page that is still open in another tab would make it paid for twice.
      const open = await asked((stripe) => stripe.checkout.sessions.list({ customer: customerId, status: "open", limit: 100 }));
      for (const { id } of open.data) await asked((stripe) => stripe.checkout.sessions.expire(id));
      const later = firstPaymentAt === null ? {} : { trial_end: Math.floor(firstPaymentAt.getTime() / 1000) };
      const session = await asked((stripe) =>
        stripe.checkout.sessions.create({
          mode: "subscription",
          customer: customerId,
          client_reference_id: subscriptionId,
          line_items: [{ price, quantity: 1 }],
          subscription_data: { metadata: { portcullis_subscription: subscriptionId }, ...later },
          success_url: paidUrl,
          cancel_url: leftUrl,
        }),
      );
      return pageAt(session.url);
    },

    manage: async (customerId, returnUrl) => pageAt((await asked((stripe) => stripe.billingPortal.sessions.create({ customer: customerId, return_url: returnUrl }))).url),

    read: async (customerId) => cardStateOf(await subscriptionsOf(customerId)),

    async cancel(customerId, atOnce) {
      for (const { id, status } of (await subscriptionsOf(customerId)).filter(isLiving)) {
        const running = status === "active" || status === "trialing";
        await asked(async (stripe) => (atOnce || !running ? stripe.subscriptions.cancel(id) : stripe.subscriptions.update(id, { cancel_at_period_end: true })));
      }
    },

    async keep(customerId) {
      for (const { id, cancel_at, cancel_at_period_end } of (await subscriptionsOf(customerId)).filter(isLiving)) {
        if (cancel_at_period_end) await asked((stripe) => stripe.subscriptions.update(id, { cancel_at_period_end: false }));
        else if (cancel_at !== null) await asked((stripe) => stripe.subscriptions.update(id, { cancel_at: "" }));
      }
    },

    async findPrice(price) {
      const found = await asked((stripe) => stripe.prices.retrieve(price)).catch((error: unknown) => {
        if (error instanceof PortcullisError && error.detail?.includes("resource_missing")) return null;
        throw error;
      });
      if (found === null) return null;
      const { unit_amount: amount, currency, recurring, active } = found;
      const once = recurring?.interval_count === 1 && recurring.usage_type === "licensed";
      const interval = (once && PLAN_INTERVALS.find((known) => known === recurring.interval)) || null;
      return { amount, currency: currency.toUpperCase(), interval, active };
    },

    async openEvent(body, signature, now) {
      const stripe = await client();
      try {
        return eventOf(stripe.webhooks.constructEvent(body, signature ?? "", webhookSecret, TOLERANCE_SECONDS, undefined, now.getTime()));
      } catch {
        // Which of them it was is of no use to who made it up.
        throw new PortcullisError("signature_invalid", "This is not signed by the card company with the secret that the portal has, or it is too old.");
      }
    },
  };
}

/** @throws what is no event; the caller says so */
function eventOf({ id, type, data }: Stripe.Event): CardEvent {
  const { object } = data;
  const customer: unknown = object.object === "customer" ? object.id : "customer" in object ? object.customer : null;
  return { id: String(id), type: String(type), customerId: typeof customer === "string" ? customer : customer !== null && typeof customer === "object" && "id" in customer ? String(customer.id) : null };
}

function pageAt(url: string | null): string {
  if (url !== null && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new PortcullisError("card_misconfigured", "The card company gave no page to pay on. Tell the company that runs this portal.");
}

/** In words for who asked. The log gets Stripe's codes, and nothing of its texts: they quote keys and addresses. */
function refusalOf(error: unknown): unknown {
  const { type, code, statusCode, requestId } = (error ?? {}) as Partial<Stripe.errors.StripeError>;
  if (typeof type !== "string" || !type.startsWith("Stripe")) return error;
  const detail = `Stripe: ${[type, code, statusCode, requestId].filter((part) => part !== undefined && part !== null && part !== "").join(" ")}`;
  switch (type) {
    case "StripeCardError":
      return new PortcullisError("card_declined", "The card was refused. Nothing was paid; try another card.", {}, detail);
    case "StripeRateLimitError":
      return new PortcullisError("card_unavailable", "The card company has too much to do right now. Nothing was changed; try again in a minute.", { retryAfterSeconds: 60 }, detail);
    case "StripeConnectionError":
    case "StripeAPIError":
      return new PortcullisError("card_unavailable", "The card company can’t be reached right now. Nothing was changed; try again in a moment.", {}, detail);
    default:
      return new PortcullisError("card_misconfigured", "Payment by card isn’t set up right here. Nothing was paid. Tell the company that runs this portal.", {}, detail);
  }
}
