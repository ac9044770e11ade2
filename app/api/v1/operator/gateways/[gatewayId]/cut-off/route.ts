import { route } from "@/lib/http/route";
import { cutOffGateway } from "@/lib/usecases/gateways/credential";

export const POST = route("operator.read", {
  handle: ({ ports, actor, params }) => cutOffGateway(ports, actor, { gatewayId: params.gatewayId ?? "" }),
});
