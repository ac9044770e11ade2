import { route } from "@/lib/http/route";
import { deactivateUser } from "@/lib/usecases/operator-users/users";

export const POST = route("operator.read", {
  handle: ({ ports, actor, params }) => deactivateUser(ports, actor, { userId: params.userId ?? "" }),
});
