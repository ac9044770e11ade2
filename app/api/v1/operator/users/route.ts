import { route } from "@/lib/http/route";
import { listUsers } from "@/lib/usecases/operator-users/users";

export const GET = route("operator.read", { handle: ({ ports, actor, query }) => listUsers(ports, actor, { query: query.get("q") }) });
