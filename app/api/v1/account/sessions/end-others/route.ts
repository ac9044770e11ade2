import { route } from "@/lib/http/route";
import { endOtherSessions } from "@/lib/usecases/account/sessions";

export const POST = route("account.security", { handle: ({ ports, actor }) => endOtherSessions(ports, actor) });
