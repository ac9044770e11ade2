import { route } from "@/lib/http/route";
import { withdrawPrepared } from "@/lib/usecases/enrolments/prepare-client";

export const DELETE = route("client.revoke", { handle: ({ ports, actor, params }) => withdrawPrepared(ports, actor, { subscriptionId: params.subscriptionId ?? "", enrolmentId: params.enrolmentId ?? "" }) });
