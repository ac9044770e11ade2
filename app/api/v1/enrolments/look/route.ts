import { z } from "zod";
import { route } from "@/lib/http/route";
import { viewEnrolment } from "@/lib/usecases/enrolments/enrol-client";

/** What the link in a mail is about. Spends nothing; a POST, so that what the link carries is in no address. */
export const POST = route("enrolment.answer", { body: z.object({ token: z.string().max(100) }), handle: ({ ports, actor, body }) => viewEnrolment(ports, actor, body) });
