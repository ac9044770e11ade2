import { route } from "@/lib/http/route";
import { requestOwnership } from "@/lib/usecases/members/transfer-ownership";

/** Asks for the proof that taking the subscription takes. */
export const POST = route("ownership.take", { status: 201, handle: ({ ports, actor, params }) => requestOwnership(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
