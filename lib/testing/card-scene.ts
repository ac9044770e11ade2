/** A portal that takes cards, what stands in for the card company, and a subscription whose owner pays by card. */
import { POST as webhook } from "@/app/api/billing/stripe/webhook/route";
import type { Actor } from "@/lib/auth/actor";
import { suspendSubscription } from "@/lib/usecases/billing/operate-billing";
import { beginCardPayment } from "@/lib/usecases/billing/pay-by-card";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { SubscriptionView } from "@/lib/usecases/views";
import { call, serve, type Answer } from "./api";
import { openKit, TEST_OPERATOR, type Kit } from "./kit";
import { person } from "./people";
import { startStripe, type SignedEvent, type StandInSubscription, type StripeStandIn } from "./stripe";
import { addClient, makeTenant, type Tenant } from "./tenancy";

export const DAY = 24 * 3_600_000;
const DAY_S = 24 * 3600;

export class CardScene {
  /** The one that is at hand. */
  tenant!: Tenant;
  owner!: Actor;

  private constructor(
    readonly kit: Kit,
    readonly stripe: StripeStandIn,
    private readonly stopServing: () => void,
  ) {}

  static async open(): Promise<CardScene> {
    let now = (): Date => new Date();
    const stripe = await startStripe({ now: () => now() });
    stripe.prices.set("price_team", { unit_amount: 0, currency: "eur", active: true, recurring: { interval: "month", interval_count: 1, usage_type: "licensed" } });
    const kit = await openKit(stripe.settings);
    now = () => kit.clock.now();
    return new CardScene(kit, stripe, serve(kit, await kit.listener()));
  }

  async close(): Promise<void> {
    this.stopServing();
    await this.kit.close();
    await this.stripe.close();
  }

  /** Of a test of its own. */
  async begin(): Promise<void> {
    // Gateways of the tests before said nothing for too long; and cards are charged in whole seconds.
    this.kit.clock.advance(3_600_000 - (this.kit.clock.now().getTime() % 1000));
    this.stripe.trouble = null;
    this.stripe.meanwhile = null;
    await this.newTenant();
    // What is mailed from now on is what the test is about.
    this.kit.clock.advance(1_000);
  }

  /** With one client, on a plan that can be paid for by card. */
  async newTenant(state: "suspended" | "trial" = "suspended"): Promise<void> {
    const { kit } = this;
    this.tenant = await makeTenant(kit);
    this.owner = this.tenant.owner;
    const { subscriptionId, gateway } = this.tenant;
    await kit.sql("UPDATE plans SET card_price = 'price_team', grace_days = 14 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [subscriptionId]);
    await addClient(kit, this.owner, subscriptionId);
    if (state === "suspended") await suspendSubscription(kit.ports, await person(kit, TEST_OPERATOR), { subscriptionId });
    else await kit.sql("UPDATE subscriptions SET billing_state = 'trial', billing_until = $2 WHERE id = $1", [subscriptionId, this.inDays(10)]);
    await gateway.sync();
  }

  get subscriptionId(): string {
    return this.tenant.subscriptionId;
  }

  inDays(days: number): string {
    return new Date(this.kit.clock.now().getTime() + days * DAY).toISOString();
  }

  seconds(): number {
    return Math.floor(this.kit.clock.now().getTime() / 1000);
  }

  view(): Promise<SubscriptionView> {
    return viewSubscription(this.kit.ports, this.owner, { subscriptionId: this.subscriptionId });
  }

  /** How many peers the gateway is to hold. */
  async onDevice(): Promise<number> {
    return (await this.tenant.gateway.fetch()).instances.reduce((sum, { peers }) => sum + peers.length, 0);
  }

  deliver(event: SignedEvent, signature: string | null = this.stripe.sign(event.body)): Promise<Answer> {
    return call(this.kit, "POST", webhook, { as: null, body: event.body, headers: { "stripe-signature": signature, origin: null, "sec-fetch-site": null } });
  }

  /** @throws unless each is heard */
  async deliverAll(events: readonly SignedEvent[]): Promise<void> {
    for (const event of events) {
      const { status } = await this.deliver(event);
      if (status !== 200) throw new Error(`${event.type} was answered ${status}.`);
    }
  }

  /** Goes to the company's page, and pays there. Nothing is told of it yet. */
  async pay(): Promise<{ paid: StandInSubscription; events: SignedEvent[] }> {
    await beginCardPayment(this.kit.ports, this.owner, { subscriptionId: this.subscriptionId });
    const before = this.stripe.events.length;
    const paid = this.stripe.pay(this.stripe.sessions.at(-1)?.id ?? "");
    return { paid, events: this.stripe.events.slice(before) };
  }

  async subscribed(): Promise<StandInSubscription> {
    const { paid, events } = await this.pay();
    await this.deliverAll(events);
    return paid;
  }
}

/** The next period, and its invoice. */
export function renewed(paid: StandInSubscription): Partial<StandInSubscription> {
  const start = paid.items.data[0]?.current_period_end ?? 0;
  return { items: { object: "list", data: [{ current_period_start: start, current_period_end: start + 30 * DAY_S }] }, latest_invoice: { id: "in_next", object: "invoice", created: start } };
}

/** When what is paid for ends. */
export const periodEndOf = (paid: StandInSubscription): string => new Date((paid.items.data[0]?.current_period_end ?? 0) * 1000).toISOString();
