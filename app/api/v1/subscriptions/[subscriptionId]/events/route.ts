import { eventStream } from "@/lib/http/event-stream";
import { route } from "@/lib/http/route";
import { watchSubscription } from "@/lib/usecases/watch-subscription";

export const GET = route("subscription.read", {
  handle: async ({ ports, actor, params, signal }) => eventStream(await watchSubscription(ports, actor, { subscriptionId: params.subscriptionId ?? "" }, signal)),
});
