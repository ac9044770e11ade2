import { z } from "zod";
import { route } from "@/lib/http/route";
import { acceptInvitation } from "@/lib/usecases/members/accept-invitation";

export const POST = route("invitation.answer", { body: z.object({ token: z.string().max(100) }), handle: ({ ports, actor, body }) => acceptInvitation(ports, actor, body) });
