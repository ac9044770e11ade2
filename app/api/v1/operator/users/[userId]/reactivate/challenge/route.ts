import { route } from "@/lib/http/route";
import { requestReactivation } from "@/lib/usecases/operator-users/reactivate";

export const POST = route("operator.read", {
  status: 201,
  handle: ({ ports, actor, params }) => requestReactivation(ports, actor, { userId: params.userId ?? "" }),
});
