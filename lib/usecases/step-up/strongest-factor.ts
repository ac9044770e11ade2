import type { Actor } from "@/lib/auth/actor";
import { factorsOfAct } from "@/lib/auth/step-up-challenge";
import type { StepUpAction, StepUpFactor } from "@/lib/core/policy";
import type { Ports } from "@/lib/ports";

/** What a proof for this act would be asked for by first, so that a page can say so before it asks; null: nothing proves it. */
export const strongestFactor = async (ports: Ports, actor: Actor, action: StepUpAction): Promise<StepUpFactor | null> =>
  (await factorsOfAct(ports, ports.db.read, actor.userId, action))[0] ?? null;
