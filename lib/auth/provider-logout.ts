/** A provider says that somebody signed out there, or was removed: their sessions here end at once. */
import { appendAudit } from "@/lib/db/audit";
import { endProviderSessions, spendLogoutToken } from "@/lib/db/provider-logout";
import type { Ports } from "@/lib/ports";
import { PortcullisError } from "@/lib/core/errors";
import { PORTAL_ACTOR, type RequestSource } from "./actor";
import { takeTry } from "./limits";
import { logoutRefused, verifyLogoutToken } from "./logout-token";

/** Ending what has ended changes nothing and is no error. @throws bad_request, unavailable, too_many_tries */
export async function logOutByProvider(ports: Ports, source: RequestSource, token: string): Promise<void> {
  try {
    await endByToken(ports, source, token);
  } catch (error) {
    // Only what is wrong is counted: a provider that signs out a whole company at once is never slowed.
    if (error instanceof PortcullisError && error.code === "bad_request") await takeTry(ports, { kind: "logoutToken", source: source.address, knownBrowser: false });
    throw error;
  }
}

async function endByToken(ports: Ports, source: RequestSource, token: string): Promise<void> {
  const order = await verifyLogoutToken(ports, token);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    if (!(await spendLogoutToken(tx, order.hash, order.until))) throw logoutRefused("It was used before.");
    const ended = await endProviderSessions(tx, order, now);
    await appendAudit(
      tx,
      ended
        .toSorted((one, other) => (one.userId < other.userId ? -1 : Number(one.userId > other.userId)))
        .map(({ id, userId }) => ({
          chain: userId,
          at: now,
          action: "session.ended" as const,
          actor: PORTAL_ACTOR,
          subject: { kind: "session" as const, id },
          sourceAddress: source.address,
          data: { why: "provider", provider: order.issuer },
        })),
    );
  });
}
