import { route } from "@/lib/http/route";
import { viewSecurity } from "@/lib/usecases/account/view-security";

export const GET = route("account.security", { handle: ({ ports, actor }) => viewSecurity(ports, actor) });
