/** Where machines connected from is kept for as long as the operator chose, and no longer. */
import { forgetEndpoints, forgetTrails } from "@/lib/db/client-trails";
import { TRAIL_MS } from "@/lib/core/shared-config";
import type { Ports } from "@/lib/ports";

const DAY_MS = 24 * 3_600_000;

export async function forgetWhereabouts(ports: Ports): Promise<void> {
  const now = ports.clock.now().getTime();
  await forgetTrails(ports.db.read, new Date(now - 2 * TRAIL_MS));
  await forgetEndpoints(ports.db.read, new Date(now - ports.config.endpointDays * DAY_MS));
}
