import { z } from "zod";
import { PLAN_INTERVALS } from "@/lib/core/vocabulary";

/** A plan as an operator types it; the use case says what is out of range. */
export const planFields = z.object({
  name: z.string(),
  price: z.number(),
  currency: z.string(),
  interval: z.enum(PLAN_INTERVALS),
  maxClients: z.number().nullable(),
  maxMembers: z.number().nullable(),
  maxSystems: z.number().nullable(),
  instanceSize: z.string(),
  trialDays: z.number(),
  graceDays: z.number(),
  retentionDays: z.number(),
  cardPrice: z.string().nullish(),
});
