import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestEnrolment } from "@/lib/usecases/enrolments/enrol-client";

/** Asks for the proof that adding a prepared client takes. */
export const POST = route("enrolment.answer", { status: 201, body: z.object({ token: z.string().max(100) }), handle: ({ ports, actor, body }) => requestEnrolment(ports, actor, body) });
