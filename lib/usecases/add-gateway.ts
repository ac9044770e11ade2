/** Registers a gateway and makes the one-time token that its agent enrols with. For the operator's command line. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { newToken, tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { insertGateway, setEnrolToken } from "@/lib/db/gateways";
import { findGatewayByName } from "@/lib/db/provisioning";
import type { StorePorts } from "@/lib/ports";

const TOKEN_LIFETIME_MS = 24 * 3_600_000;

/**
 * A gateway that was added and has not enrolled gets a new token, and the old one stops working.
 *
 * @throws bad_request for a name or host that can't be one, or a gateway that has enrolled
 */
export async function addGateway(ports: StorePorts, input: { name: string; endpointHost: string }): Promise<{ gatewayId: string; enrolToken: string; expiresAt: Date }> {
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(input.name)) throw new PortcullisError("bad_request", "A gateway's name is 1–63 of a–z, 0–9, dots and hyphens.", { field: "name" });
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(input.endpointHost)) throw new PortcullisError("bad_request", "The endpoint is a host name or address, without scheme, port or brackets.", { field: "endpointHost" });
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const known = await findGatewayByName(tx, input.name);
    const gatewayId = known?.id ?? ports.newId();
    if (!known) await insertGateway(tx, { id: gatewayId, name: input.name, endpointHost: input.endpointHost, now });
    // Shown once; only its hash is kept. The prefix is the protocol's (lib/protocol/messages.ts).
    const enrolToken = `pce_${newToken(ports)}`;
    const expiresAt = new Date(now.getTime() + TOKEN_LIFETIME_MS);
    if (!(await setEnrolToken(tx, gatewayId, tokenHashOf(enrolToken), expiresAt))) {
      throw new PortcullisError("bad_request", `The gateway ${input.name} has enrolled already.`, { field: "name" });
    }
    await appendAudit(tx, [
      { chain: gatewayId, at: now, action: known ? "gateway.token_renewed" : "gateway.added", actor: PORTAL_ACTOR, subject: { kind: "gateway", id: gatewayId }, sourceAddress: null, data: { name: input.name, endpointHost: input.endpointHost } },
    ]);
    return { gatewayId, enrolToken, expiresAt };
  });
}
