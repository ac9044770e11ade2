import { route } from "@/lib/http/route";
import { resendEnrolment } from "@/lib/usecases/enrolments/prepare-client";

export const POST = route("client.prepare", { handle: ({ ports, actor, params }) => resendEnrolment(ports, actor, { subscriptionId: params.subscriptionId ?? "", enrolmentId: params.enrolmentId ?? "" }) });
