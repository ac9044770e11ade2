/** Paying by card: on the card company's pages, where people are sent to. What comes of it is heard from the company (follow-card.ts). */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { firstPaymentAt } from "@/lib/core/billing";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { findCardAccount, insertCardAccount } from "@/lib/db/cards";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import type { CardPayments } from "@/lib/payments/cards";
import type { Ports } from "@/lib/ports";
import { canBePaidByCard } from "@/lib/usecases/present";
import { requireAccess } from "@/lib/usecases/subscription-access";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { SubscriptionView } from "@/lib/usecases/views";
import { followCard } from "./follow-card";

const notOffered = (): PortcullisError => new PortcullisError("card_not_offered", "This subscription can’t be paid for by card now. Pay its invoice instead, or ask the company that runs this portal.");

const billingPage = ({ config }: Ports, subscriptionId: string, query = ""): string => new URL(`/subscriptions/${subscriptionId}/billing${query}`, config.url).href;

/**
 * It takes no proof: who pays gives access to nobody but those whose clients were there, in a subscription that they answer for.
 *
 * @returns where to send the person. @throws not_found, forbidden, two_factor_required, card_*
 */
export async function beginCardPayment(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<{ url: string }> {
  const access = await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.pay");
  const { cards } = ports;
  const { price } = access.card;
  if (!cards || price === null) throw notOffered();
  const customerId = await accountOf(ports, cards, actor, access);
  // As it stands now: whoever paid a moment ago in another tab doesn't pay again.
  await followCard(ports, cards, access.id);
  const now = await requireAccess(ports.db.read, actor, access.id, "subscription.pay");
  if (!canBePaidByCard(now.billing, now.card)) throw notOffered();
  const url = await cards.checkout({ customerId, subscriptionId: access.id, price, firstPaymentAt: firstPaymentAt(now.billing, ports.clock.now()), paidUrl: billingPage(ports, access.id, "?card=paid"), leftUrl: billingPage(ports, access.id) });
  await ports.db.transaction((tx) =>
    appendAudit(tx, [{ chain: access.id, at: ports.clock.now(), action: "card.begun", actor: auditActor(actor), subject: { kind: "subscription", id: access.id }, sourceAddress: actor.source.address, data: {} }]),
  );
  return { url };
}

/** Made before anything can be paid, so that whose payment it is never depends on what comes with it. */
async function accountOf(ports: Ports, cards: CardPayments, actor: Actor, access: SubscriptionAccess): Promise<string> {
  const there = await findCardAccount(ports.db.read, access.id);
  if (there) return there.customerId;
  const customerId = await cards.createCustomer({ subscriptionId: access.id, name: access.name, email: actor.email });
  if (await insertCardAccount(ports.db.read, { subscriptionId: access.id, customerId, now: ports.clock.now() })) return customerId;
  return (await findCardAccount(ports.db.read, access.id))?.customerId ?? customerId;
}

/** Where the card is changed, and the receipts are. @returns where to send the person. @throws not_found, forbidden, two_factor_required, card_* */
export async function manageCard(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<{ url: string }> {
  const access = await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.pay");
  const account = await findCardAccount(ports.db.read, access.id);
  if (!ports.cards || !account) throw new PortcullisError("card_not_offered", "There is no payment by card here yet.");
  return { url: await ports.cards.manage(account.customerId, billingPage(ports, access.id)) };
}

/** For who comes back from paying, whether the company has told of it or not. @throws not_found, forbidden, two_factor_required, card_* */
export async function refreshCard(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  const { id } = await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.pay");
  if (ports.cards) await followCard(ports, ports.cards, id);
  return viewSubscription(ports, actor, { subscriptionId: id });
}
