import { route } from "@/lib/http/route";
import { liftBlockByKey } from "@/lib/usecases/operator-users/blocks";

export const DELETE = route("operator.read", {
  handle: ({ ports, actor, params }) => liftBlockByKey(ports, actor, { key: params.key ?? "" }),
});
