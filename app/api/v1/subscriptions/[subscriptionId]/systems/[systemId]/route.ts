import { z } from "zod";
import { route } from "@/lib/http/route";
import { renameSystem } from "@/lib/usecases/systems/change-system";
import { viewSystem } from "@/lib/usecases/systems/view-systems";

export const GET = route("system.read", {
  handle: ({ ports, actor, params }) => viewSystem(ports, actor, { subscriptionId: params.subscriptionId ?? "", systemId: params.systemId ?? "" }),
});

export const PATCH = route("system.approve", {
  body: z.object({ name: z.string().max(300) }),
  handle: ({ ports, actor, params, body }) => renameSystem(ports, actor, { subscriptionId: params.subscriptionId ?? "", systemId: params.systemId ?? "", name: body.name }),
});
