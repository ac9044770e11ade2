import { route } from "@/lib/http/route";
import { searchSubscriptionRecords } from "@/lib/usecases/billing/operate-billing";

export const GET = route("operator.read", { handle: ({ ports, actor, query }) => searchSubscriptionRecords(ports, actor, { query: query.get("q") }) });
