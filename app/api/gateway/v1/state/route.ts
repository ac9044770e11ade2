import { PortcullisError } from "@/lib/core/errors";
import { gatewayRoute } from "@/lib/http/gateway-route";
import { stateQuerySchema } from "@/lib/protocol/messages";
import { waitForGatewayState } from "@/lib/usecases/gateway-state";

export const GET = gatewayRoute({
  handle: ({ ports, gateway, agent, request }) => {
    const query = stateQuerySchema.safeParse({ since: request.nextUrl.searchParams.get("since"), wait: request.nextUrl.searchParams.get("wait") });
    if (!query.success) throw new PortcullisError("bad_request", 'The query needs "since" (a revision or none) and "wait" (0 to 30 seconds).');
    return waitForGatewayState(ports, { ...gateway, agent }, query.data, request.signal);
  },
});
