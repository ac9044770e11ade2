import { route } from "@/lib/http/route";
import { listActivity } from "@/lib/usecases/list-activity";

export const GET = route("activity.read", {
  handle: ({ ports, actor, params, query }) => listActivity(ports, actor, { subscriptionId: params.subscriptionId ?? "", cursor: query.get("cursor") }),
});
