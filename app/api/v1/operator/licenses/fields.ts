import { z } from "zod";

export const licenseFields = z.object({ planId: z.string(), days: z.number(), note: z.string().default("") });
