import { z } from "zod";
import { CLIENT_LIMITS, HIGHEST_LIMIT } from "@/lib/core/client-limits";

/** How many clients a member may have, or for how many days at a time; null: any. */
export const limitSchema = z.object({ limit: z.enum(CLIENT_LIMITS), most: z.int().min(1).nullable() }).refine(({ limit, most }) => most === null || most <= HIGHEST_LIMIT[limit]);
