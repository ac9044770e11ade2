/** Registers a gateway and makes the one-time token that its agent enrols with. For the operator's command line. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { newToken, tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import { insertGateway, setEnrolToken } from "@/lib/db/gateways";
import { findGatewayByName } from "@/lib/db/provisioning";
import type { StorePorts } from "@/lib/ports";

interface GatewayInput {
  name: string;
  endpointHost: string;
}

const TOKEN_LIFETIME_MS = 24 * 3_600_000;

/**
 * A gateway that was added and has not enrolled gets a new token, and the old one stops working.
 *
 * @throws bad_request for a name or host that can't be one, or a gateway that has enrolled
 */
export async function addGateway(ports: StorePorts, input: GatewayInput): Promise<{ gatewayId: string; enrolToken: string; expiresAt: Date }> {
  requirePossible(input);
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const known = await findGatewayByName(tx, input.name);
    const gatewayId = known?.id ?? ports.newId();
    if (!known) await insertGateway(tx, { id: gatewayId, ...input, now });
    // Shown once; only its hash is kept. The prefix is the protocol's (lib/protocol/messages.ts).
    const enrolToken = `pce_${newToken(ports)}`;
    const expiresAt = new Date(now.getTime() + TOKEN_LIFETIME_MS);
    if (!(await setEnrolToken(tx, gatewayId, tokenHashOf(enrolToken), expiresAt))) {
      throw new PortcullisError("bad_request", `The gateway ${input.name} has enrolled already, or is one without an agent.`, { field: "name" });
    }
    await appendAudit(tx, [addedEvent(gatewayId, input, now, known ? "gateway.token_renewed" : "gateway.added")]);
    return { gatewayId, enrolToken, expiresAt };
  });
}

/** A host that can't run the agent: it fetches lists of peers, and confirms nothing. @throws bad_request for a name or host that can't be one, or a name that is taken */
export async function addAgentlessGateway(ports: StorePorts, input: GatewayInput): Promise<{ gatewayId: string }> {
  requirePossible(input);
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    if (await findGatewayByName(tx, input.name)) throw new PortcullisError("bad_request", `There is a gateway ${input.name} already.`, { field: "name" });
    const gatewayId = ports.newId();
    await insertGateway(tx, { id: gatewayId, ...input, agentless: true, now });
    await appendAudit(tx, [addedEvent(gatewayId, input, now, "gateway.added")]);
    return { gatewayId };
  });
}

const addedEvent = (gatewayId: string, { name, endpointHost }: GatewayInput, at: Date, action: "gateway.added" | "gateway.token_renewed"): NewAuditEvent => ({
  chain: gatewayId,
  at,
  action,
  actor: PORTAL_ACTOR,
  subject: { kind: "gateway", id: gatewayId },
  sourceAddress: null,
  data: { name, endpointHost },
});

function requirePossible(input: GatewayInput): void {
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(input.name)) throw new PortcullisError("bad_request", "A gateway's name is 1–63 of a–z, 0–9, dots and hyphens.", { field: "name" });
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(input.endpointHost)) throw new PortcullisError("bad_request", "The endpoint is a host name or address, without scheme, port or brackets.", { field: "endpointHost" });
}
