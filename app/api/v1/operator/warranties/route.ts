import { z } from "zod";
import { route } from "@/lib/http/route";
import { importWarranties, searchWarrantyRecords } from "@/lib/usecases/warranties/import-warranties";

/** Twenty thousand rows of a hundred and fifty characters. */
const MAX_LIST_BYTES = 3 * 1024 * 1024;

export const GET = route("operator.read", { handle: ({ ports, actor, query }) => searchWarrantyRecords(ports, actor, { query: query.get("q") }) });

export const POST = route("operator.read", {
  body: z.object({ csv: z.string() }),
  maxBodyBytes: MAX_LIST_BYTES,
  handle: ({ ports, actor, body }) => importWarranties(ports, actor, body),
});
