import { route } from "@/lib/http/route";
import { listGateways } from "@/lib/usecases/list-gateways";

export const GET = route("operator.read", { handle: ({ ports, actor }) => listGateways(ports, actor) });
