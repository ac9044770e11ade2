/** Turns the operator's one-time token into this gateway's own credential. */
import { type Identity, type IdentityStore, newIdentity, tokenHashOf } from "@/agent/identity";
import { type Log, textOf } from "@/agent/log";
import { type PortalClient, PortalRefused } from "@/agent/portal-client";
import type { EnrolRequest } from "@/lib/protocol/messages";
import { PROTOCOL_VERSION } from "@/lib/protocol/version";

/** The operator has to act; the message says what to do. */
export class EnrolmentImpossible extends Error {
  override readonly name = "EnrolmentImpossible";
}

export interface EnrolmentParts {
  identities: IdentityStore;
  token: string | null;
  agentVersion: string;
  wireguard: EnrolRequest["wireguard"];
  client: PortalClient;
  log: Log;
  /** Waits before the next try; rejects when the agent stops. */
  pause: () => Promise<void>;
  signal: AbortSignal;
}

/**
 * @returns the identity with which the portal knows this gateway; `fresh` when it was not known so before this call.
 * @throws EnrolmentImpossible
 */
export async function ensureEnrolled(parts: EnrolmentParts): Promise<{ identity: Identity; fresh: boolean }> {
  const { identities, token, log } = parts;
  const stored = await identities.read();
  if (stored !== null && (token === null || tokenHashOf(token) === stored.tokenHash)) return { identity: stored, fresh: false };
  if (token === null) {
    throw new EnrolmentImpossible("This gateway is not enrolled. Make a token on the portal's host (npm run portcullis -- gateway add NAME --endpoint HOST) and set PORTCULLIS_ENROL_TOKEN or PORTCULLIS_ENROL_TOKEN_FILE.");
  }
  const started = await identities.readPending();
  const pending = started?.tokenHash === tokenHashOf(token) ? started : newIdentity(token, stored);
  // On disk before it is sent: after a crash between the portal's commit and its answer, the same request works again.
  await identities.writePending(pending);
  try {
    const enrolment = await enrol(parts, token, pending);
    const identity = { ...pending, enrolment };
    await identities.write(identity);
    log("enrolled", { gatewayId: enrolment.gatewayId, name: enrolment.name });
    return { identity, fresh: true };
  } catch (error) {
    if (!(error instanceof EnrolmentImpossible) || stored === null) throw error;
    log("enrolment_refused", { reason: error.message, goingOnAs: stored.enrolment?.name ?? null });
    return { identity: stored, fresh: false };
  }
}

async function enrol(parts: EnrolmentParts, token: string, identity: Identity): Promise<{ gatewayId: string; name: string }> {
  const { agentVersion, wireguard, client, log, pause, signal } = parts;
  const request: EnrolRequest = { token, credential: identity.credential, protocol: PROTOCOL_VERSION, agentVersion, boxPublicKey: identity.box.publicKey, wireguard };
  for (;;) {
    try {
      const { gatewayId, name } = await client.enrol(request, signal);
      return { gatewayId, name };
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof PortalRefused && error.status < 500 && error.status !== 429) {
        throw new EnrolmentImpossible(`The portal refused to enrol this gateway: ${error.message}`);
      }
      log("enrolment_failed", { reason: textOf(error) });
      await pause();
    }
  }
}
