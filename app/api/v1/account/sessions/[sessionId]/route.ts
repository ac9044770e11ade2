import { route } from "@/lib/http/route";
import { endSession } from "@/lib/usecases/account/sessions";

export const DELETE = route("account.security", {
  handle: ({ ports, actor, params }) => endSession(ports, actor, { sessionId: params.sessionId ?? "" }),
});
