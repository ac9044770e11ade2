import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { deleteAccount } from "@/lib/usecases/account/delete-account";
import { updateProfile, viewAccount } from "@/lib/usecases/account/profile";

export const GET = route("account.security", { handle: ({ ports, actor }) => viewAccount(ports, actor) });

/** A key that isn't one of these is refused, not ignored: nobody gets to think that it did something. */
export const PATCH = route("account.security", {
  body: z.strictObject({ name: z.string().max(500).optional(), locale: z.string().max(60).optional(), timeZone: z.string().max(60).optional() }).refine((body) => Object.keys(body).length > 0, "says nothing to change"),
  // Left out and undefined are told apart by the types alone.
  handle: ({ ports, actor, body: { name, locale, timeZone } }) =>
    updateProfile(ports, actor, { ...(name === undefined ? {} : { name }), ...(locale === undefined ? {} : { locale }), ...(timeZone === undefined ? {} : { timeZone }) }),
});

export const DELETE = route("account.security", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, body }) => deleteAccount(ports, actor, body.proof),
});
