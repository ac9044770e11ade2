/** Resumes a suspended client: the same key and addresses, on the gateway again. Takes a proof. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { transition } from "@/lib/core/client-state";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { markResumed } from "@/lib/db/client-lifecycle";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientUrl, lockReachable, requireActive, viewAfter, type ClientInput } from "./client-access";
import { clientResumeAct } from "./client-acts";
import { reviseClient } from "./client-device";
import { mayLift } from "./present";
import { stepUpView } from "./step-up/present-challenge";
import type { ClientView, StepUpView } from "./views";

async function lockResumable(tx: Tx, actor: Actor, input: ClientInput) {
  const { access, client } = await lockReachable(tx, actor, input, "client.resume");
  requireActive(access);
  transition(client, "resume");
  if (!client.suspended) throw new PortcullisError("client_not_suspended", "This client is not suspended: there is nothing to resume.");
  if (!mayLift(access.standing, client, actor)) throw new PortcullisError("forbidden", "Somebody else suspended this client. Ask an admin or the owner of the subscription to resume it.");
  return { access, client, act: clientResumeAct(client.id) };
}

/** @throws not_found, forbidden, client_final, client_not_suspended, subscription_inactive, step_up_too_many */
export async function requestResume(ports: Ports, actor: Actor, input: ClientInput): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const { access, client, act } = await lockResumable(tx, actor, input);
    const text = {
      act: `resume the client “${client.nickname}” on ${client.instanceName}`,
      details: [
        { label: "Client", value: client.nickname },
        { label: "Of", value: client.ownerEmail ?? "" },
        { label: "Instance", value: `${client.instanceName} (${access.name})` },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, act, actor.email, text));
  });
}

/** @throws what requestResume does, and step_up_* */
export async function resumeClient(ports: Ports, actor: Actor, input: ClientInput, proof: PresentedProof): Promise<ClientView> {
  const access = await wideningTransaction(
    ports,
    actor,
    proof,
    (tx) => lockResumable(tx, actor, input),
    async (tx, verified, { access, client }) => {
      const now = ports.clock.now();
      const condition = transition(client, "resume");
      // Of an expired client only the suspension goes: more time is a proof of its own.
      const revision = condition.state === client.state ? null : await reviseClient(tx, client, { to: condition.state, requestedAt: actor.requestedAt, now });
      await markResumed(tx, verified, { clientId: client.id, condition, revision });
      if (client.mailTo !== null) {
        const { nickname, instanceName } = client;
        await queueMail(tx, {
          id: ports.newId(),
          recipient: client.mailTo,
          now,
          content: { template: "client-resumed", nickname, instanceName, byEmail: actor.email, byOperator: false, at: iso(now), clientUrl: clientUrl(ports, client) },
        });
      }
      await appendAudit(tx, [
        {
          chain: access.id,
          at: now,
          action: "client.resumed",
          actor: auditActor(actor),
          subject: { kind: "client", id: client.id },
          sourceAddress: actor.source.address,
          data: { nickname: client.nickname, publicKey: client.publicKey, revision: revision === null ? null : Number(revision), proof: FACTOR_WORDS[verified.factor] },
        },
      ]);
      return access;
    },
  );
  return viewAfter(ports, actor, access, input);
}
