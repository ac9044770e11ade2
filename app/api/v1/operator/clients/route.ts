import { route } from "@/lib/http/route";
import { searchClients } from "@/lib/usecases/search-clients";

export const GET = route("operator.read", {
  handle: ({ ports, actor, query }) => searchClients(ports, actor, { query: query.get("q"), cursor: query.get("cursor") }),
});
