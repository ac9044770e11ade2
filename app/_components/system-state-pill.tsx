import type { SystemState } from "@/lib/core/system";
import { Pill, type Tone } from "@/lib/ui/pill";

const LOOK: Record<SystemState, { tone: Tone; text: string }> = {
  pending: { tone: "accent", text: "Waits for approval" },
  approved: { tone: "good", text: "Active" },
  suspended: { tone: "warn", text: "Suspended" },
  removed: { tone: "neutral", text: "Removed" },
  refused: { tone: "neutral", text: "Refused" },
  expired: { tone: "neutral", text: "Not decided in time" },
};

export function SystemStatePill({ state }: { state: SystemState }) {
  return <Pill tone={LOOK[state].tone}>{LOOK[state].text}</Pill>;
}
