/** When a client's access ends: earlier takes a confirmation, later takes a proof. The key and the addresses stay. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { allowedExpiry, isLater, parseExpiry } from "@/lib/core/client-expiry";
import { mustBeOnDevice, requireNotFinal, transition } from "@/lib/core/client-state";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { extendExpiry, shortenExpiry } from "@/lib/db/client-lifecycle";
import { queueMail } from "@/lib/db/outbox";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientUrl, lockReachable, requireActive, viewAfter, type ClientInput } from "./client-access";
import { clientExtendAct, instantText } from "./client-acts";
import { reviseClient } from "./client-device";
import { stepUpView } from "./step-up/present-challenge";
import type { ClientView, StepUpView } from "./views";

export interface ExpiryInput extends ClientInput {
  /** ISO 8601; null: no end, or as late as the plan allows. */
  expiresAt: string | null;
}

async function lockExtendable(ports: Ports, tx: Tx, actor: Actor, input: ExpiryInput) {
  const requested = parseExpiry(input.expiresAt);
  const { access, client } = await lockReachable(tx, actor, input, "client.resume");
  requireActive(access);
  transition(client, "extend");
  const expiresAt = allowedExpiry(requested, ports.clock.now(), access.maxClientDays);
  return { access, client, expiresAt, act: clientExtendAct(client.id, requested) };
}

/** @throws expiry_invalid, not_found, forbidden, client_final, subscription_inactive, step_up_too_many */
export async function requestExtension(ports: Ports, actor: Actor, input: ExpiryInput): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const { access, client, expiresAt, act } = await lockExtendable(ports, tx, actor, input);
    const until = expiresAt === null ? "without an end" : `until ${instantText(expiresAt)}`;
    const text = {
      act: `give the client “${client.nickname}” access to ${client.instanceName} ${until}`,
      details: [
        { label: "Client", value: client.nickname },
        { label: "Of", value: client.ownerEmail ?? "" },
        { label: "Instance", value: `${client.instanceName} (${access.name})` },
        { label: "Access ends", value: expiresAt === null ? "never" : instantText(expiresAt) },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, act, actor.email, text));
  });
}

/** An expired client comes back with it, suspended if it was suspended. @throws what requestExtension does, and step_up_* */
export async function extendClient(ports: Ports, actor: Actor, input: ExpiryInput, proof: PresentedProof): Promise<ClientView> {
  const access = await wideningTransaction(
    ports,
    actor,
    proof,
    (tx) => lockExtendable(ports, tx, actor, input),
    async (tx, verified, { access, client, expiresAt }) => {
      const now = ports.clock.now();
      const condition = transition(client, "extend");
      // The gateway enforces the end by itself: it must know the new one.
      const revision = mustBeOnDevice(condition.state) ? await reviseClient(tx, client, { to: condition.state, requestedAt: actor.requestedAt, now }) : null;
      await extendExpiry(tx, verified, { clientId: client.id, condition, revision }, expiresAt, now);
      if (client.mailTo !== null) {
        const { nickname, instanceName } = client;
        await queueMail(tx, {
          id: ports.newId(),
          recipient: client.mailTo,
          now,
          content: { template: "client-extended", nickname, instanceName, byEmail: actor.email, expiresAt: isoOrNull(expiresAt), at: iso(now), clientUrl: clientUrl(ports, client) },
        });
      }
      await appendAudit(tx, [
        {
          chain: access.id,
          at: now,
          action: "client.extended",
          actor: auditActor(actor),
          subject: { kind: "client", id: client.id },
          sourceAddress: actor.source.address,
          data: {
            nickname: client.nickname,
            publicKey: client.publicKey,
            before: isoOrNull(client.expiresAt),
            expiresAt: isoOrNull(expiresAt),
            revision: revision === null ? null : Number(revision),
            proof: FACTOR_WORDS[verified.factor],
          },
        },
      ]);
      return access;
    },
  );
  return viewAfter(ports, actor, access, input);
}

/** An earlier end. @throws expiry_invalid, also for a later one: that takes a proof; not_found, forbidden, client_final */
export async function shortenClient(ports: Ports, actor: Actor, input: ExpiryInput): Promise<ClientView> {
  const requested = parseExpiry(input.expiresAt);
  const access = await ports.db.transaction(async (tx) => {
    const { access, client } = await lockReachable(tx, actor, input, "client.suspend");
    requireNotFinal(client.state);
    const now = ports.clock.now();
    if (requested === null || isLater(requested, client.expiresAt) || client.state === "expired") {
      throw new PortcullisError("expiry_invalid", "That would give this client more time: approve it as an extension.", { field: "expiresAt" });
    }
    const expiresAt = allowedExpiry(requested, now, null) ?? requested;
    if (client.expiresAt !== null && expiresAt.getTime() === client.expiresAt.getTime()) return access;
    const revision = mustBeOnDevice(client.state) ? await reviseClient(tx, client, { to: client.state, requestedAt: actor.requestedAt, now }) : null;
    await shortenExpiry(tx, { clientId: client.id, revision }, expiresAt, now);
    await appendAudit(tx, [
      {
        chain: access.id,
        at: now,
        action: "client.shortened",
        actor: auditActor(actor, access.standing === "operator"),
        subject: { kind: "client", id: client.id },
        sourceAddress: actor.source.address,
        data: { nickname: client.nickname, publicKey: client.publicKey, before: isoOrNull(client.expiresAt), expiresAt: iso(expiresAt), revision: revision === null ? null : Number(revision) },
      },
    ]);
    return access;
  });
  return viewAfter(ports, actor, access, input);
}
