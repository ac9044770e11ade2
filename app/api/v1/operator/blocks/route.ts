import { route } from "@/lib/http/route";
import { listBlockViews } from "@/lib/usecases/operator-users/blocks";

export const GET = route("operator.read", { handle: ({ ports, actor }) => listBlockViews(ports, actor) });
