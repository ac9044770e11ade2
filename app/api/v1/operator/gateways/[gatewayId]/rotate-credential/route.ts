import { route } from "@/lib/http/route";
import { rotateGatewayCredential } from "@/lib/usecases/gateways/credential";

export const POST = route("operator.read", {
  handle: ({ ports, actor, params }) => rotateGatewayCredential(ports, actor, { gatewayId: params.gatewayId ?? "" }),
});
