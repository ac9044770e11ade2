/** Random lives of payments by card, told in any order, lost, or told again: they end the same, and access is what the state says. */
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CardScene, DAY, renewed } from "@/lib/testing/card-scene";
import { TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import type { StandInSubscription, StripeStandIn } from "@/lib/testing/stripe";
import { proofOf } from "@/lib/testing/tenancy";
import { advanceBilling } from "@/lib/usecases/billing/advance-billing";
import { askAfterCards } from "@/lib/usecases/billing/follow-card";
import { activateSubscription, cancelSubscription, keepSubscription, requestActivation, suspendSubscription } from "@/lib/usecases/billing/operate-billing";

let scene: CardScene;
let kit: Kit;
let stripe: StripeStandIn;

beforeAll(async () => {
  scene = await CardScene.open();
  ({ kit, stripe } = scene);
});
afterAll(() => scene.close());
beforeEach(() => scene.begin());

test("whatever order one history is told in, and however often, it ends the same, and access is what it says", { timeout: 120_000 }, async () => {
  const step = fc.constantFrom("renew", "fail", "recover", "give up", "cancel later", "keep", "cancel now", "refuse for good");
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("suspended" as const, "trial" as const), fc.array(step, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), async (begin, life, dice) => {
      const ends: unknown[] = [];
      for (const shuffled of [false, true]) {
        await scene.newTenant(begin);
        const { paid, events } = await scene.pay();
        for (const what of life) {
          if (paid.status === "canceled") break;
          const changes: Partial<StandInSubscription> =
            what === "renew" ? { ...renewed(paid), status: "active" }
            : what === "fail" ? { ...renewed(paid), status: "past_due" }
            : what === "recover" ? { status: "active" }
            : what === "give up" ? { status: "unpaid" }
            : what === "cancel later" ? { cancel_at_period_end: true }
            : what === "keep" ? { cancel_at_period_end: false }
            : { status: "canceled", ended_at: scene.seconds(), cancellation_details: { reason: what === "cancel now" ? "cancellation_requested" : "payment_failed" } };
          // In the orderly run each is told as it happens; in the other, everything after all of it.
          if (!shuffled) await scene.deliverAll(events.splice(0));
          events.push(stripe.change(paid, changes));
        }
        if (!shuffled) await scene.deliverAll(events);
        else {
          const twice = dice.map((die) => events[die % events.length]).filter((event) => event !== undefined);
          await scene.deliverAll([...twice, ...events.toReversed()]);
        }
        const { billingState, billing } = await scene.view();
        const state = await scene.tenant.gateway.fetch();
        expect(state.instances.flatMap(({ peers }) => peers)).toHaveLength(billing.givesAccess ? 1 : 0);
        expect(await scene.tenant.gateway.acknowledge(state)).toMatchObject({ inSync: true });
        ends.push({ billingState, until: billing.until, cancelsAtEnd: billing.cancelsAtEnd, renewsAt: billing.card.renewsAt });
      }
      expect(ends[1]).toEqual(ends[0]);
    }),
    { numRuns: 10 },
  );
});

test("along random lives, by card and by invoice, the gateway holds a client exactly while the subscription gives access", { timeout: 120_000 }, async () => {
  const act = fc.constantFrom("pay by card", "renew", "card refused", "card given up", "card recovers", "activate for a week", "suspend", "cancel", "cancel now", "keep", "wait a day", "wait ten days", "lose what is told");
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), async (life) => {
      await scene.newTenant("trial");
      const { subscriptionId } = scene;
      const { email } = scene.owner;
      let paid: StandInSubscription | null = null;
      let lost = false;
      for (const what of life) {
        const tell = async (changes: Partial<StandInSubscription>): Promise<void> => {
          if (paid === null || paid.status === "canceled") return;
          const event = stripe.change(paid, changes);
          if (!lost) await scene.deliverAll([event, event]);
        };
        const operator = await person(kit, TEST_OPERATOR);
        const customer = await person(kit, email);
        const doing = async (): Promise<unknown> => {
          switch (what) {
            case "pay by card": {
              scene.owner = customer;
              const { paid: made, events } = await scene.pay();
              paid = made;
              return lost || scene.deliverAll(events);
            }
            case "renew": return paid && tell({ ...renewed(paid), status: "active" });
            case "card refused": return paid && tell({ ...renewed(paid), status: "past_due" });
            case "card given up": return tell({ status: "unpaid" });
            case "card recovers": return tell({ status: "active" });
            case "activate for a week": {
              const until = scene.inDays(7);
              const asked = await requestActivation(kit.ports, operator, { subscriptionId, until });
              return activateSubscription(kit.ports, operator, { subscriptionId, until }, proofOf(kit, asked));
            }
            case "suspend": return suspendSubscription(kit.ports, operator, { subscriptionId });
            case "cancel": return cancelSubscription(kit.ports, customer, { subscriptionId, atOnce: false });
            case "cancel now": return cancelSubscription(kit.ports, customer, { subscriptionId, atOnce: true });
            case "keep": return keepSubscription(kit.ports, customer, { subscriptionId });
            case "lose what is told": return (lost = !lost);
            default:
              kit.clock.advance((what === "wait a day" ? 1 : 10) * DAY);
              await advanceBilling(kit.ports);
              return askAfterCards(kit.ports);
          }
        };
        await doing().catch((error: { code?: string }) => {
          if (!["billing_ended", "card_not_offered"].includes(error.code ?? "")) throw error;
        });
        const [row] = await kit.sql<{ state: string }>("SELECT billing_state::text AS state FROM subscriptions WHERE id = $1", [subscriptionId]);
        const state = await scene.tenant.gateway.fetch();
        expect(state.instances.flatMap(({ peers }) => peers)).toHaveLength(["trial", "active", "past_due"].includes(row?.state ?? "") ? 1 : 0);
        expect(state.instances).toHaveLength(row?.state === "ended" ? 0 : 1);
        expect(await scene.tenant.gateway.acknowledge(state)).toMatchObject({ inSync: true });
      }
    }),
    { numRuns: 10 },
  );
});
