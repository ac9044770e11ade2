import { z } from "zod";
import { STEP_UP_ACTIONS } from "@/lib/core/policy";
import { route } from "@/lib/http/route";
import { ASKED_ELSEWHERE, type AccountAction } from "@/lib/usecases/step-up/account-acts";
import { requestStepUp } from "@/lib/usecases/step-up/request-step-up";

const isAccountAction = (action: string): action is AccountAction => STEP_UP_ACTIONS.some((known) => known === action) && !ASKED_ELSEWHERE.some((other) => other === action);

export const POST = route("account.security", {
  status: 201,
  body: z.object({
    action: z.string().max(60).refine(isAccountAction),
    objectId: z.string().max(60).nullish(),
    parameters: z.record(z.string().max(40), z.string().max(500)).default({}),
  }),
  handle: ({ ports, actor, body }) => requestStepUp(ports, actor, { ...body, objectId: body.objectId ?? null }),
});
