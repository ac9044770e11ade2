import { route } from "@/lib/http/route";
import { viewDashboard } from "@/lib/usecases/dashboard/view-dashboard";

export const GET = route("subscription.list", { handle: ({ ports, actor }) => viewDashboard(ports, actor) });
