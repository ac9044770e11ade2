/** Asks for the proof of one act on one's own account. */
import type { Actor } from "@/lib/auth/actor";
import { requestProof } from "@/lib/auth/step-up";
import { PortcullisError } from "@/lib/core/errors";
import type { Ports } from "@/lib/ports";
import { factorsOfAct } from "@/lib/auth/step-up-challenge";
import type { StepUpView } from "@/lib/usecases/views";
import { describeAct, type AskedAct } from "./account-acts";
import { stepUpView } from "./present-challenge";

/** @throws not_found, factor_name_invalid, bad_request, step_up_too_many, step_up_factor_refused when the person has nothing that proves this act */
export async function requestStepUp(ports: Ports, actor: Actor, asked: AskedAct): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const { act, text } = await describeAct(ports, tx, actor, asked);
    if ((await factorsOfAct(ports, tx, actor.userId, act.action)).length === 0) {
      throw new PortcullisError("step_up_factor_refused", "This takes a second factor, and you have none yet. Add an authenticator app or a passkey first.");
    }
    return stepUpView(await requestProof(ports, tx, actor, act, actor.email, text));
  });
}
