import { route } from "@/lib/http/route";
import { changePlan } from "@/lib/usecases/billing/plans";
import { planFields } from "../fields";

export const PUT = route("operator.read", { body: planFields, handle: async ({ ports, actor, params, body }) => ({ items: await changePlan(ports, actor, { ...body, planId: params.planId ?? "" }) }) });
