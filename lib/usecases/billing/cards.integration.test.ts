/** Paying by card, against a server that stands in for Stripe: what happens with the payment happens to the subscription, whatever is told of it, and however often. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { CardScene, DAY, periodEndOf, renewed } from "@/lib/testing/card-scene";
import { TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { TEST_STRIPE_KEY, TEST_WEBHOOK_SECRET, type StripeStandIn } from "@/lib/testing/stripe";
import { addMember, makeTenant, proofOf } from "@/lib/testing/tenancy";
import { advanceBilling, remindOfBilling } from "@/lib/usecases/billing/advance-billing";
import { askAfterCards } from "@/lib/usecases/billing/follow-card";
import { activateSubscription, cancelSubscription, keepSubscription, requestActivation, suspendSubscription } from "@/lib/usecases/billing/operate-billing";
import { beginCardPayment, manageCard, refreshCard } from "@/lib/usecases/billing/pay-by-card";
import { addPlan, changePlan, type PlanInput } from "@/lib/usecases/billing/plans";
import { listActivity } from "@/lib/usecases/list-activity";
import { acceptOwnership, offerOwnership, requestOwnership, requestOwnershipOffer } from "@/lib/usecases/members/transfer-ownership";
import { viewSubscription } from "@/lib/usecases/view-subscription";

let scene: CardScene;
let kit: Kit;
let stripe: StripeStandIn;
let owner: Actor;
let subscriptionId: string;

beforeAll(async () => {
  scene = await CardScene.open();
  ({ kit, stripe } = scene);
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.begin();
  ({ owner, subscriptionId } = scene);
});

const revisionOf = async (): Promise<number> => Number((await kit.sql<{ revision: string }>("SELECT revision FROM gateways WHERE id = $1", [scene.tenant.gateway.id]))[0]?.revision);
const mails = async (): Promise<string[]> => (await kit.sql<{ to: string }>("SELECT payload->>'to' AS to FROM outbox_mails WHERE template = 'billing-changed' AND created_at >= $1 AND recipient = $2", [kit.clock.now(), owner.email])).map(({ to }) => to);

describe("paying", () => {
  test("the person is sent to the company's page; when it is paid, access is back with the same keys, in one revision", async () => {
    const before = await revisionOf();
    expect(await scene.onDevice()).toBe(0);
    expect((await scene.view()).billing.card).toEqual({ mayPay: true, firstPaymentAt: null, mayManage: false, renewsAt: null });
    const { url } = await beginCardPayment(kit.ports, owner, { subscriptionId });
    expect(url).toBe(stripe.sessions.at(-1)?.url);
    expect(await scene.view()).toMatchObject({ billingState: "suspended" });
    const paid = stripe.pay(stripe.sessions.at(-1)?.id ?? "");
    await scene.deliverAll(stripe.events.slice(-3));
    expect(await scene.view()).toMatchObject({ billingState: "active", billing: { givesAccess: true, cancelsAtEnd: false, card: { mayPay: false, mayManage: true, renewsAt: periodEndOf(paid) } } });
    expect(await revisionOf()).toBe(before + 1);
    expect(await scene.onDevice()).toBe(1);
    expect(await scene.tenant.gateway.acknowledge(await scene.tenant.gateway.fetch())).toMatchObject({ inSync: true });
    expect(await mails()).toEqual(["active"]);
    const summaries = (await listActivity(kit.ports, owner, { subscriptionId, cursor: null })).items.map(({ summary }) => summary);
    expect(summaries).toContain("Went to pay by card.");
    expect(summaries.join("\n")).toMatch(/Paid for the subscription by card, until \d{4}-\d\d-\d\d, and one client with it\./);
  });

  test("asking twice makes one customer, and leaves one page open; at once, too", async () => {
    await Promise.all([1, 2, 3].map(() => beginCardPayment(kit.ports, owner, { subscriptionId })));
    await beginCardPayment(kit.ports, owner, { subscriptionId });
    const [account] = await kit.sql<{ customer_id: string }>("SELECT customer_id FROM card_accounts WHERE subscription_id = $1", [subscriptionId]);
    const mine = [...stripe.customers.values()].filter(({ metadata }) => metadata.portcullis_subscription === subscriptionId);
    expect(mine.map(({ id }) => id)).toEqual([account?.customer_id]);
    expect(stripe.sessions.filter(({ customer, status }) => customer === account?.customer_id && status === "open")).toHaveLength(1);
  });

  test("during a trial the first payment is taken at its end", async () => {
    await scene.newTenant("trial");
    ({ owner, subscriptionId } = scene);
    const end = (await scene.view()).billing.until ?? "";
    expect((await scene.view()).billing.card.firstPaymentAt).toBe(end);
    const paid = await scene.subscribed();
    expect(paid).toMatchObject({ status: "trialing", items: { data: [{ current_period_end: Math.floor(Date.parse(end) / 1000) }] } });
    expect(await scene.view()).toMatchObject({ billingState: "active", billing: { card: { renewsAt: expect.stringContaining(end.slice(0, 19)) } } });
  });

  test("the way back asks the company itself, told or not", async () => {
    await scene.pay();
    expect(await refreshCard(kit.ports, owner, { subscriptionId })).toMatchObject({ billingState: "active" });
    await expect(beginCardPayment(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "card_not_offered" });
  });

  test("it is the owner's alone, for a plan with a price, and not what has no end", async () => {
    const admin = await addMember(kit, scene.tenant, "admin");
    const stranger = (await makeTenant(kit, { name: "globex" })).owner;
    for (const act of [beginCardPayment, manageCard, refreshCard]) {
      await expect(act(kit.ports, admin, { subscriptionId })).rejects.toMatchObject({ code: "forbidden" });
      await expect(act(kit.ports, stranger, { subscriptionId })).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(manageCard(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "card_not_offered" });
    await kit.sql("UPDATE subscriptions SET billing_state = 'active', billing_until = NULL WHERE id = $1", [subscriptionId]);
    await expect(beginCardPayment(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "card_not_offered" });
    await kit.sql("UPDATE plans SET card_price = NULL WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [subscriptionId]);
    await expect(beginCardPayment(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "card_not_offered" });
  });

  test("the card and the receipts are on the company's page", async () => {
    await scene.subscribed();
    expect((await manageCard(kit.ports, owner, { subscriptionId })).url).toMatch(/\/manage\?back=https/);
  });
});

describe("what is told", () => {
  test("unsigned, signed by somebody else, old, or changed on the way: refused, and nothing changes", async () => {
    const { events } = await scene.pay();
    const [event] = events;
    if (!event) throw new Error("Nothing was told.");
    const before = await snapshotOf(kit);
    const old = new Date(kit.clock.now().getTime() - 301_000);
    for (const signature of [null, "", "t=1,v1=00", stripe.sign(event.body, { secret: "whsec_somebodyelse0000000000" }), stripe.sign(event.body, { at: old }), stripe.sign(`${event.body} `)]) {
      expect(await scene.deliver(event, signature)).toMatchObject({ status: 400, body: { error: { code: "signature_invalid" } } });
    }
    const huge = { ...event, body: `{"pad":"${"x".repeat(600_000)}"}` };
    expect(await scene.deliver(huge)).toMatchObject({ status: 413, body: { error: { code: "body_too_large" } } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect(await scene.deliver(event, stripe.sign(event.body, { at: new Date(kit.clock.now().getTime() - 299_000) }))).toMatchObject({ status: 200 });
  });

  test("twice, and many times at once, changes what once does", async () => {
    const { events } = await scene.pay();
    const before = await revisionOf();
    const answers = await Promise.all([...events, ...events, ...events].map((event) => scene.deliver(event)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const snapshot = await snapshotOf(kit);
    const asked = stripe.asked.length;
    await scene.deliverAll(events);
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
    expect(stripe.asked).toHaveLength(asked);
    expect(await revisionOf()).toBe(before + 1);
    expect(await mails()).toEqual(["active"]);
    const moves = await kit.sql("SELECT FROM audit_events WHERE chain_id = $1 AND action = 'billing.changed' AND data->>'proof' = 'card payment'", [subscriptionId]);
    expect(moves).toHaveLength(1);
  });

  test("late and out of order: an old event brings back nothing old", async () => {
    const { paid, events } = await scene.pay();
    const due = stripe.change(paid, { ...renewed(paid), status: "past_due" });
    const gone = stripe.change(paid, { status: "unpaid" });
    await scene.deliverAll([gone]);
    expect(await scene.view()).toMatchObject({ billingState: "suspended" });
    await scene.deliverAll([due, ...events]);
    expect(await scene.view()).toMatchObject({ billingState: "suspended", billing: { card: { mayPay: false, mayManage: true } } });
    expect(await scene.onDevice()).toBe(0);
  });

  test("an answer that was overtaken on its way is not kept", async () => {
    const { paid, events } = await scene.pay();
    const [first] = events;
    if (!first) throw new Error("Nothing was told.");
    // While the first question is answered "paid", it is cancelled, and that is told and heard.
    stripe.meanwhile = async () => {
      stripe.meanwhile = null;
      await scene.deliverAll([stripe.change(paid, { status: "canceled", ended_at: scene.seconds(), cancellation_details: { reason: "cancellation_requested" } }, "customer.subscription.deleted")]);
    };
    await scene.deliverAll([first]);
    const [row] = await kit.sql<{ standing: string }>("SELECT standing::text FROM card_accounts WHERE subscription_id = $1", [subscriptionId]);
    expect(row).toEqual({ standing: "cancelled" });
    expect(await scene.onDevice()).toBe(0);
  });

  test("of a customer that nobody here is, or of nobody: heard, and nothing changes", async () => {
    await scene.subscribed();
    const before = await snapshotOf(kit);
    await scene.deliverAll([stripe.event("customer.subscription.deleted", { id: "sub_x", object: "subscription", customer: "cus_unknown", metadata: { portcullis_subscription: subscriptionId } }), stripe.event("payout.paid", { id: "po_1", object: "payout" })]);
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("of another tenant's customer, whatever it says of whose it is: theirs alone changes", async () => {
    await scene.subscribed();
    const mine = { subscriptionId, owner, billing: (await scene.view()).billing };
    await scene.newTenant();
    ({ owner, subscriptionId } = scene);
    const paid = await scene.subscribed();
    await scene.deliverAll([stripe.change(paid, { status: "unpaid", metadata: { portcullis_subscription: mine.subscriptionId } })]);
    expect(await scene.view()).toMatchObject({ billingState: "suspended" });
    expect((await viewSubscription(kit.ports, mine.owner, mine)).billing).toEqual(mine.billing);
  });

  test("while the company can't be asked, it is answered so that it is told again; nothing is lost", async () => {
    const { events } = await scene.pay();
    const [event] = events;
    if (!event) throw new Error("Nothing was told.");
    stripe.trouble = { status: 500, body: { error: { type: "api_error" } } };
    expect(await scene.deliver(event)).toMatchObject({ status: 503, body: { error: { code: "card_unavailable" } } });
    stripe.trouble = null;
    expect(await scene.deliver(event)).toMatchObject({ status: 200, body: { followed: true } });
    expect(await scene.view()).toMatchObject({ billingState: "active" });
  });

  test("no secret, and nothing of a card, is stored", async () => {
    await scene.subscribed();
    const stored = JSON.stringify([await kit.sql("SELECT * FROM card_accounts"), await kit.sql("SELECT * FROM card_events"), await kit.sql("SELECT data FROM audit_events"), await kit.sql("SELECT payload FROM outbox_mails")]);
    expect(stored).not.toContain(TEST_STRIPE_KEY);
    expect(stored).not.toContain(TEST_WEBHOOK_SECRET);
  });
});

describe("a payment's life", () => {
  test("a renewal goes on quietly; nobody is reminded of what the card will pay", async () => {
    const paid = await scene.subscribed();
    kit.clock.advance(29.5 * DAY);
    await remindOfBilling(kit.ports);
    expect(await kit.sql("SELECT FROM outbox_mails WHERE template = 'billing-ending' AND recipient = $1", [owner.email])).toEqual([]);
    kit.clock.advance(DAY);
    await advanceBilling(kit.ports);
    // Told an hour or a day late: access goes on.
    expect(await scene.view()).toMatchObject({ billingState: "active" });
    await scene.deliverAll([stripe.change(paid, renewed(paid))]);
    expect(await scene.view()).toMatchObject({ billingState: "active", billing: { card: { renewsAt: periodEndOf(paid) } } });
    expect(await mails()).toEqual([]);
  });

  test("a refused card is past due from the day of the invoice, for the plan's days of grace, then suspended; paid again, it is back", async () => {
    const paid = await scene.subscribed();
    kit.clock.advance(30 * DAY);
    await scene.deliverAll([stripe.change(paid, { ...renewed(paid), status: "past_due" }, "invoice.payment_failed")]);
    expect(await scene.view()).toMatchObject({ billingState: "past_due", billing: { until: new Date((paid.latest_invoice.created + 14 * (DAY / 1000)) * 1000).toISOString() } });
    expect(await scene.onDevice()).toBe(1);
    kit.clock.advance(14 * DAY);
    await advanceBilling(kit.ports);
    expect([(await scene.view()).billingState, await scene.onDevice()]).toEqual(["suspended", 0]);
    // Told once more: nothing new, and no second mail.
    kit.clock.advance(60_000);
    await scene.deliverAll([stripe.event("customer.subscription.updated", paid)]);
    expect([(await scene.view()).billingState, await mails()]).toEqual(["suspended", []]);
    await scene.deliverAll([stripe.change(paid, { status: "active" }, "invoice.paid")]);
    expect([(await scene.view()).billingState, await scene.onDevice()]).toEqual(["active", 1]);
  });

  test("given up by the company for want of payment, it is suspended and nothing is deleted; cancelled by the customer there, it is kept for the plan's days", async () => {
    const paid = await scene.subscribed();
    await scene.deliverAll([stripe.change(paid, { status: "canceled", ended_at: scene.seconds(), cancellation_details: { reason: "payment_failed" } }, "customer.subscription.deleted")]);
    expect(await scene.view()).toMatchObject({ billingState: "suspended", billing: { until: null, card: { mayPay: true, mayManage: true } } });
    await scene.deliverAll([stripe.change(paid, { cancellation_details: { reason: "cancellation_requested" } })]);
    expect(await scene.view()).toMatchObject({ billingState: "cancelled", billing: { until: scene.inDays(30), card: { mayPay: true } } });
    // And paid for again, before that.
    kit.clock.advance(29 * DAY);
    await scene.subscribed();
    expect([(await scene.view()).billingState, await scene.onDevice()]).toEqual(["active", 1]);
  });

  test("cancelled here, the card is charged no more: at the end of what is paid for; and taken back", async () => {
    const paid = await scene.subscribed();
    const end = periodEndOf(paid);
    expect(await cancelSubscription(kit.ports, owner, { subscriptionId, atOnce: false })).toMatchObject({ billingState: "active", billing: { cancelsAtEnd: true, until: end, card: { renewsAt: null } } });
    expect(paid.cancel_at_period_end).toBe(true);
    expect(await keepSubscription(kit.ports, owner, { subscriptionId })).toMatchObject({ billingState: "active", billing: { cancelsAtEnd: false, card: { renewsAt: end } } });
    expect(paid.cancel_at_period_end).toBe(false);
    await cancelSubscription(kit.ports, owner, { subscriptionId, atOnce: false });
    kit.clock.advance(30 * DAY);
    await advanceBilling(kit.ports);
    expect(await scene.view()).toMatchObject({ billingState: "cancelled", billing: { until: new Date(Date.parse(end) + 30 * DAY).toISOString() } });
    const before = await snapshotOf(kit);
    // It says so some seconds late.
    await scene.deliverAll([stripe.change(paid, { status: "canceled", ended_at: scene.seconds() + 9, cancellation_details: { reason: "cancellation_requested" } }, "customer.subscription.deleted")]);
    expect(changedTables(before, await snapshotOf(kit))).toEqual(["card_accounts", "card_events"]);
  });

  test("cancelled at once by an operator, it is so there too; where the company can't be told, nothing changes", async () => {
    const paid = await scene.subscribed();
    const operator = await person(kit, TEST_OPERATOR);
    const before = await snapshotOf(kit);
    stripe.trouble = "hang up";
    await expect(cancelSubscription(kit.ports, operator, { subscriptionId, atOnce: true })).rejects.toMatchObject({ code: "card_unavailable" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    stripe.trouble = null;
    expect(await cancelSubscription(kit.ports, operator, { subscriptionId, atOnce: true })).toMatchObject({ billingState: "cancelled" });
    expect(paid.status).toBe("canceled");
    expect(await scene.onDevice()).toBe(0);
  });

  test("what an operator suspended is not brought back by a renewal, and what is paid by invoice isn't cut by an old card", async () => {
    const paid = await scene.subscribed();
    const operator = await person(kit, TEST_OPERATOR);
    await suspendSubscription(kit.ports, operator, { subscriptionId });
    await scene.deliverAll([stripe.change(paid, renewed(paid), "invoice.paid")]);
    expect([(await scene.view()).billingState, await scene.onDevice()]).toEqual(["suspended", 0]);
    const until = scene.inDays(200);
    const asked = await requestActivation(kit.ports, operator, { subscriptionId, until });
    await activateSubscription(kit.ports, operator, { subscriptionId, until }, proofOf(kit, asked));
    await scene.deliverAll([stripe.change(paid, { status: "canceled", ended_at: scene.seconds(), cancellation_details: { reason: "cancellation_requested" } }, "customer.subscription.deleted")]);
    expect(await scene.view()).toMatchObject({ billingState: "active", billing: { until } });
    expect(await scene.onDevice()).toBe(1);
  });

  test("cancelled, then paid for by something else: that one's cancellation, taken back, brings the card back to nothing", async () => {
    const paid = await scene.subscribed();
    await cancelSubscription(kit.ports, owner, { subscriptionId, atOnce: false });
    const operator = await person(kit, TEST_OPERATOR);
    const until = scene.inDays(200);
    await activateSubscription(kit.ports, operator, { subscriptionId, until }, proofOf(kit, await requestActivation(kit.ports, operator, { subscriptionId, until })));
    expect(await cancelSubscription(kit.ports, owner, { subscriptionId, atOnce: false })).toMatchObject({ billing: { cancelsAtEnd: true, until } });
    expect(await keepSubscription(kit.ports, owner, { subscriptionId })).toMatchObject({ billingState: "active", billing: { cancelsAtEnd: false, until } });
    expect(paid.cancel_at_period_end).toBe(true);
  });

  describe("of what has ended", () => {
    const end = async (): Promise<void> => {
      await cancelSubscription(kit.ports, owner, { subscriptionId, atOnce: true });
      kit.clock.advance(30 * DAY);
    };

    test("nobody is charged: a payment on a page that was left open is cancelled, also when the company can't be told at first", async () => {
      await beginCardPayment(kit.ports, owner, { subscriptionId });
      await end();
      // Neither when time has done it, nor before anybody looked.
      for (const settled of [false, true]) {
        if (settled) await advanceBilling(kit.ports);
        const session = stripe.sessions.at(-1)!;
        session.status = "open";
        const paid = stripe.pay(session.id);
        const [told] = stripe.events.slice(-3);
        stripe.trouble = "hang up";
        expect((await scene.deliver(told!)).status).toBe(503);
        stripe.trouble = null;
        expect((await scene.deliver(told!)).status).toBe(200);
        expect(paid.status).toBe("canceled");
        await scene.deliverAll(stripe.events.slice(-3));
        expect(await scene.onDevice()).toBe(0);
      }
      expect((await scene.view()).billingState).toBe("ended");
      const actions = await kit.sql("SELECT FROM audit_events WHERE chain_id = $1 AND action = 'card.stopped'", [subscriptionId]);
      expect(actions).toHaveLength(2);
    });

    test("no cancellation is taken back at the company", async () => {
      const paid = await scene.subscribed();
      await end();
      Object.assign(paid, { status: "active", cancel_at_period_end: true });
      await expect(keepSubscription(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "billing_ended" });
      expect(paid.cancel_at_period_end).toBe(true);
    });
  });

  test("goes over to who takes the subscription; who hands it over is told before", async () => {
    const taker = await addMember(kit, scene.tenant, "member");
    const offered = async (): Promise<string> => {
      const { challengeId } = await requestOwnershipOffer(kit.ports, owner, { subscriptionId, userId: taker.userId });
      return JSON.stringify((await kit.sql("SELECT payload FROM outbox_mails WHERE template = 'step-up-code' AND payload->>'challengeId' = $1", [challengeId]))[0]);
    };
    expect(await offered()).not.toContain("The card");
    const paid = await scene.subscribed();
    expect(await offered()).toMatch(/The card.*It goes on being charged, and they manage it/);
    const here = { subscriptionId, userId: taker.userId };
    await offerOwnership(kit.ports, owner, here, proofOf(kit, await requestOwnershipOffer(kit.ports, owner, here)));
    await acceptOwnership(kit.ports, taker, here, proofOf(kit, await requestOwnership(kit.ports, taker, here)));
    await scene.deliverAll([stripe.change(paid, renewed(paid), "invoice.paid")]);
    expect(await viewSubscription(kit.ports, taker, { subscriptionId })).toMatchObject({ billingState: "active", billing: { card: { mayManage: true, renewsAt: periodEndOf(paid) } } });
    for (const act of [manageCard, beginCardPayment, keepSubscription]) await expect(act(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("a renewal that nobody told of is asked after", async () => {
    const paid = await scene.subscribed();
    Object.assign(paid, renewed(paid));
    kit.clock.advance(30 * DAY + 2 * 3_600_000);
    await askAfterCards(kit.ports);
    expect(await scene.view()).toMatchObject({ billingState: "active", billing: { card: { renewsAt: periodEndOf(paid) } } });
  });
});

test.each([
  ["card_unavailable", "hang up" as const],
  ["card_unavailable", { status: 503, body: { error: { type: "api_error" } } }],
  ["card_unavailable", { status: 429, body: { error: { type: "invalid_request_error", code: "rate_limit" } } }],
  ["card_declined", { status: 402, body: { error: { type: "card_error", code: "card_declined", message: "Your card 4242 was declined." } } }],
  ["card_misconfigured", { status: 401, body: { error: { type: "invalid_request_error", message: "Invalid API Key provided: sk_test_***wrong" } } }],
  ["card_misconfigured", { status: 400, body: { error: { type: "invalid_request_error", message: "No such price" } } }],
])("%s is said in the portal's own words: %j", async (code, trouble) => {
  stripe.trouble = trouble;
  const refused = await beginCardPayment(kit.ports, owner, { subscriptionId }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code, message: expect.stringMatching(/card/), detail: expect.stringMatching(/^Stripe: Stripe\w+/) });
  expect(JSON.stringify([refused, String(refused)])).not.toMatch(/sk_test|4242/);
});

test("a plan's price by card is the price that people are told", async () => {
  const operator = await person(kit, TEST_OPERATOR);
  const plan: PlanInput = { name: "Card", price: 4900, currency: "EUR", interval: "month", maxClients: null, maxMembers: null, maxSystems: 3, instanceSize: "", trialDays: 0, graceDays: 7, retentionDays: 30 };
  const price = { unit_amount: 4900, currency: "eur", active: true, recurring: { interval: "month", interval_count: 1, usage_type: "licensed" } };
  stripe.prices.set("price_right", price);
  stripe.prices.set("price_dearer", { ...price, unit_amount: 5900 });
  stripe.prices.set("price_yearly", { ...price, recurring: { ...price.recurring, interval: "year" } });
  stripe.prices.set("price_archived", { ...price, active: false });
  for (const cardPrice of ["prod_1", "price_none", "price_dearer", "price_yearly", "price_archived"]) await expect(addPlan(kit.ports, operator, { ...plan, cardPrice })).rejects.toMatchObject({ code: "bad_request", facts: { field: "cardPrice" } });
  const added = (await addPlan(kit.ports, operator, { ...plan, cardPrice: " price_right " })).find(({ cardPrice }) => cardPrice === "price_right");
  expect(added).toMatchObject({ maxSystems: 3 });
  const changed = await changePlan(kit.ports, operator, { ...plan, planId: added?.id ?? "", cardPrice: "", maxSystems: 9 });
  expect(changed.find(({ id }) => id === added?.id)).toMatchObject({ cardPrice: null, maxSystems: 9 });
});
