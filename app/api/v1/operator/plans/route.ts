import { route } from "@/lib/http/route";
import { addPlan, listPlanRecords } from "@/lib/usecases/billing/plans";
import { planFields } from "./fields";

export const GET = route("operator.read", { handle: async ({ ports, actor }) => ({ items: await listPlanRecords(ports, actor) }) });

export const POST = route("operator.read", { body: planFields, status: 201, handle: async ({ ports, actor, body }) => ({ items: await addPlan(ports, actor, body) }) });
