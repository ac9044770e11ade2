/**
 * What an instance that moved left behind. Until the gateway that it left confirms that it is gone there, every client that was on it can still be
 * on that device with its old file: a cut counts as confirmed when each gateway that held the client has confirmed.
 */
import { Prisma } from "./generated/client";

/**
 * For a client in FROM as `c`: joins `elsewhere`, with `waits` (one of the gateways that its instance left has not confirmed) and `at` (when the last
 * one did). Both null for a client that is not cut, or whose instance never moved.
 */
export const LEFT_BEHIND = Prisma.sql`
  LEFT JOIN LATERAL (
    SELECT bool_or(lc.acknowledged_at IS NULL) AS waits, max(lc.acknowledged_at) AS at
    FROM instances ci JOIN instances li ON li.subscription_id = ci.subscription_id AND li.status = 'deprovisioned' AND li.created_at < ci.created_at
    JOIN gateway_changes lc ON lc.instance_id = li.id AND lc.client_id IS NULL AND lc.committed_at >= c.created_at
    WHERE ci.id = c.instance_id AND (c.state <> 'active' OR c.held)) elsewhere ON true`;
