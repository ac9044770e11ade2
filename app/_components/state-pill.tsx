import type { BillingState, ClientState, InstanceStatus } from "@/lib/core/vocabulary";
import { Pill, type Tone } from "@/lib/ui/pill";

const CLIENT: Record<ClientState, { tone: Tone; text: string }> = {
  active: { tone: "good", text: "Active" },
  suspended: { tone: "warn", text: "Suspended" },
  expired: { tone: "neutral", text: "Expired" },
  revoked: { tone: "neutral", text: "Revoked" },
};

export function ClientStatePill({ state }: { state: ClientState }) {
  return <Pill tone={CLIENT[state].tone}>{CLIENT[state].text}</Pill>;
}

const INSTANCE: Record<InstanceStatus, { tone: Tone; text: string }> = {
  provisioning: { tone: "accent", text: "Being set up" },
  ready: { tone: "good", text: "Ready" },
  failed: { tone: "bad", text: "Failed" },
  deprovisioned: { tone: "neutral", text: "Shut down" },
};

export function InstanceStatusPill({ status }: { status: InstanceStatus }) {
  return (
    <Pill tone={INSTANCE[status].tone} dot>
      {INSTANCE[status].text}
    </Pill>
  );
}

const BILLING: Record<BillingState, { tone: Tone; text: string } | null> = {
  pending: { tone: "neutral", text: "Waits for payment" },
  trial: { tone: "accent", text: "Trial" },
  active: null,
  past_due: { tone: "warn", text: "Payment due" },
  suspended: { tone: "bad", text: "Suspended" },
  cancelled: { tone: "neutral", text: "Cancelled" },
  ended: { tone: "neutral", text: "Ended" },
};

/** Nothing for a subscription in good order: only what needs attention is worth a word. */
export function BillingPill({ state }: { state: BillingState }) {
  const look = BILLING[state];
  return look && <Pill tone={look.tone}>{look.text}</Pill>;
}
