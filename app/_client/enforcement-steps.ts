import { formatDuration } from "@/lib/ui/time";
import type { ClientView, EnforcementView, SubscriptionView } from "@/lib/usecases/views";

export interface EnforcementStep {
  key: "requested" | "committed" | "delivered" | "applied" | "confirmed";
  label: string;
  description: string;
  /** ISO 8601; null: not yet. */
  at: string | null;
  /** Milliseconds since the request; null: not yet. */
  atMs: number | null;
  /** "+12 ms" after the step before; null for the first and for what hasn't happened. */
  took: string | null;
}

/** The way of the latest change from the request to the gateway's word, step by step. */
export function enforcementSteps({ state, enforcement, gateway }: Pick<ClientView, "state" | "enforcement" | "gateway">): EnforcementStep[] {
  const adding = state === "active";
  const { requestedAt, committedAt, deliveredAt, appliedAt, acknowledgedAt } = enforcement;
  const begun: RawStep[] = [
    { key: "requested", label: "Requested", done: "The request reached the portal.", ahead: "", at: requestedAt },
    { key: "committed", label: "Committed", done: "The change is on record, with its entry in the activity log.", ahead: "", at: committedAt },
  ];
  if (gateway.fetched) {
    return timedSteps([
      ...begun,
      {
        key: "delivered",
        label: "Fetched",
        done: `The instance’s host fetched its list of clients, ${adding ? "with" : "without"} this one.`,
        ahead: "The instance’s host fetches its list of clients from time to time.",
        at: deliveredAt,
      },
      { key: "confirmed", label: "Not confirmed", done: "", ahead: "The host runs no agent that could read its device back, so nobody tells whether it did as the list says.", at: null },
    ]);
  }
  return timedSteps([
    ...begun,
    { key: "delivered", label: "Delivered", done: "The gateway picked it up.", ahead: "The gateway picks it up as soon as it can be reached.", at: deliveredAt },
    {
      key: "applied",
      label: adding ? "Added to the device" : "Removed from the device",
      done: adding ? "WireGuard on the gateway lets this key in." : "WireGuard on the gateway no longer knows this key.",
      ahead: adding ? "WireGuard on the gateway will let this key in." : "WireGuard on the gateway forgets this key.",
      at: appliedAt,
    },
    {
      key: "confirmed",
      label: "Confirmed",
      done: "The gateway read its device back and told the portal.",
      ahead: "The gateway reads its device back and tells the portal.",
      at: enforcement.status === "confirmed" ? acknowledgedAt : null,
    },
  ]);
}

/** The way of an instance from the wish for it to the gateway's word that it is up. */
export function setupSteps({ requestedAt, deliveredAt, appliedAt, status, acknowledgedAt }: EnforcementView): EnforcementStep[] {
  return timedSteps([
    { key: "committed", label: "Allocated", done: "Subnets, a port and a gateway with room are set aside for it.", ahead: "", at: requestedAt },
    { key: "delivered", label: "Handed to the gateway", done: "The gateway picked it up.", ahead: "The gateway picks it up as soon as it can be reached.", at: deliveredAt },
    { key: "applied", label: "Key made, interface up", done: "The gateway made its key and brought up its interface.", ahead: "The gateway makes its key, which never leaves it, and brings up its interface.", at: appliedAt },
    { key: "confirmed", label: "Confirmed", done: "The gateway read its device back and told the portal.", ahead: "The gateway reads its device back and tells the portal.", at: status === "confirmed" ? acknowledgedAt : null },
  ]);
}

/** The way of an instance that goes, from the request to the gateway's word that nothing of it is left. */
export function goneSteps({ enforcement, gateway }: Pick<NonNullable<SubscriptionView["leaving"]>, "enforcement" | "gateway">): EnforcementStep[] {
  const { requestedAt, committedAt, deliveredAt, appliedAt, status, acknowledgedAt } = enforcement;
  const begun: RawStep[] = [
    { key: "requested", label: "Requested", done: "The request reached the portal.", ahead: "", at: requestedAt },
    { key: "committed", label: "Committed", done: "The change is on record, with its entry in the activity log.", ahead: "", at: committedAt },
  ];
  if (gateway.fetched) {
    return timedSteps([
      ...begun,
      { key: "delivered", label: "Fetched", done: "The instance’s host fetched an empty list of clients.", ahead: "The instance’s host fetches its list of clients from time to time; it is empty now.", at: deliveredAt },
      { key: "confirmed", label: "Not confirmed", done: "", ahead: "The host runs no agent that could read its device back. Take the interface down there by hand.", at: null },
    ]);
  }
  return timedSteps([
    ...begun,
    { key: "delivered", label: "Delivered", done: "The gateway picked it up.", ahead: "The gateway picks it up as soon as it can be reached.", at: deliveredAt },
    { key: "applied", label: "Taken down", done: "The gateway removed the interface and all of its peers.", ahead: "The gateway removes the interface and all of its peers.", at: appliedAt },
    { key: "confirmed", label: "Confirmed", done: "The gateway read its device back and told the portal.", ahead: "The gateway reads its device back and tells the portal.", at: status === "confirmed" ? acknowledgedAt : null },
  ]);
}

type RawStep = Pick<EnforcementStep, "key" | "label" | "at"> & {
  /** What is said of it once it happened, and before. */
  done: string;
  ahead: string;
};

function timedSteps(raw: RawStep[]): EnforcementStep[] {
  const start = Date.parse(raw[0]?.at ?? "");
  let before = 0;
  return raw.map(({ done, ahead, ...step }, index) => {
    if (step.at === null) return { ...step, description: ahead, atMs: null, took: null };
    // Times come from two machines: a step never shows as earlier than the one before it.
    const atMs = Math.max(before, Date.parse(step.at) - start);
    const took = index === 0 ? null : `+${formatDuration(atMs - before)}`;
    before = atMs;
    return { ...step, description: done, atMs, took };
  });
}
