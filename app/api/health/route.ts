import { json } from "@/lib/http/responses";
import { checkHealth } from "@/lib/startup";

export const dynamic = "force-dynamic";

/** Public: load balancers ask it. 200 when the portal serves, 503 with the reason while it can't. */
export async function GET(): Promise<Response> {
  const health = await checkHealth();
  return json(health, health.status === "ok" ? 200 : 503);
}
