/** Fields of the sign-in's requests. Lengths only: what they mean is decided further in, alike for everybody. */
import { z } from "zod";

export const email = z.string().max(1100);
export const password = z.string().max(1100);
export const code = z.object({ code: z.string().max(64) });
