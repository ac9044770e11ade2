import { z } from "zod";
import { route } from "@/lib/http/route";
import { viewInvitation } from "@/lib/usecases/members/accept-invitation";

/** What the link in a mail is about. Spends nothing; a POST, so that what the link carries is in no address. */
export const POST = route("invitation.answer", { body: z.object({ token: z.string().max(100) }), handle: ({ ports, actor, body }) => viewInvitation(ports, actor, body) });
