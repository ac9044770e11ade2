/** Lets a system in that asked, or doesn't. Letting in takes a proof for this one system with this one key; refusing takes a click. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof, type SpentProof } from "@/lib/auth/step-up";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { parseNickname } from "@/lib/core/nickname";
import type { SubscriptionPermission } from "@/lib/core/policy";
import { systemState } from "@/lib/core/system";
import { appendAudit } from "@/lib/db/audit";
import { insertClient, wasApprovedBy } from "@/lib/db/clients";
import type { Tx } from "@/lib/db/client";
import { notifySubscriptions } from "@/lib/db/gateway-changes";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { lockSystem, markRefused, type SystemRow } from "@/lib/db/systems";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { keyInUse, takePeer } from "@/lib/usecases/peer";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireId, requireReadyInstance, type ReadyInstance } from "@/lib/usecases/subscription-access";
import type { SystemView } from "@/lib/usecases/system-views";
import type { StepUpView } from "@/lib/usecases/views";
import { systemUrl } from "./present";
import { viewSystem } from "./view-systems";

export interface SystemInput {
  subscriptionId: string;
  systemId: string;
}

/** This system, with the key that the person saw. */
const approveAct = (system: SystemRow): Act<"system.approve"> => ({ action: "system.approve", objectId: system.id, parameters: { publicKey: system.publicKey } });

/** The system's row stays locked until the transaction ends. @throws not_found, forbidden, two_factor_required */
export async function lockReachableSystem(tx: Tx, actor: Actor, input: SystemInput, permission: SubscriptionPermission): Promise<{ access: SubscriptionAccess; system: SystemRow }> {
  const systemId = requireId(input.systemId);
  const access = await requireAccess(tx, actor, input.subscriptionId, permission, true);
  const system = await lockSystem(tx, access.id, systemId);
  if (!system) throw notFound();
  return { access, system };
}

interface Waiting {
  access: SubscriptionAccess;
  system: SystemRow;
  instance: ReadyInstance;
}

/** @throws not_found, forbidden, two_factor_required, system_decided, subscription_inactive, instance_not_ready */
async function requireWaiting(ports: Ports, tx: Tx, actor: Actor, input: SystemInput): Promise<Waiting> {
  const { access, system } = await lockReachableSystem(tx, actor, input, "system.approve");
  refuseIfDecided(system, ports.clock.now());
  return { access, system, instance: requireReadyInstance(access) };
}

/** @throws system_decided */
function refuseIfDecided(system: SystemRow, now: Date): void {
  const state = systemState(system, now);
  if (state === "pending") return;
  const happened = state === "refused" ? "was refused already" : state === "expired" ? "waited too long: its request is over" : "was approved already";
  throw new PortcullisError("system_decided", `This system ${happened}. To ask again, it runs the script once more${state === "expired" ? "" : ", with a new key"}.`);
}

/** Asks for the proof that approving takes. @throws as `requireWaiting`, step_up_too_many */
export async function requestApproval(ports: Ports, actor: Actor, input: SystemInput): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const { access, system, instance } = await requireWaiting(ports, tx, actor, input);
    return stepUpView(
      await requestProof(ports, tx, actor, approveAct(system), actor.email, {
        act: `let the system ${system.hostName} into ${instance.name}`,
        details: [
          { label: "System", value: system.hostName },
          ...(system.serial === null ? [] : [{ label: "Serial number", value: system.serial }]),
          { label: "Public key", value: system.publicKey },
          { label: "Instance", value: `${instance.name} (${access.name})` },
        ],
      }),
    );
  });
}

/** The same request sent again, because its answer was lost, gets the same answer. @throws as `requireWaiting`, step_up_*, plan_limit_reached, subnet_full, public_key_in_use */
export async function approveSystem(ports: Ports, actor: Actor, input: SystemInput, proof: PresentedProof): Promise<SystemView> {
  try {
    await wideningTransaction(
      ports,
      actor,
      proof,
      async (tx) => {
        const waiting = await requireWaiting(ports, tx, actor, input);
        return { ...waiting, act: approveAct(waiting.system) };
      },
      (tx, verified, waiting) => letIn(ports, tx, actor, verified, waiting),
    );
  } catch (error) {
    const repeated = error instanceof PortcullisError && error.code === "system_decided" && (await wasApprovedBy(ports.db.read, requireId(input.systemId), proof.challengeId, actor.userId));
    if (!repeated) throw error;
  }
  return viewSystem(ports, actor, input);
}

async function letIn(ports: Ports, tx: Tx, actor: Actor, proof: SpentProof<"system.approve">, { access, system, instance }: Waiting): Promise<void> {
  const now = ports.clock.now();
  const clientId = ports.newId();
  const { publicKey } = system;
  const { hostIndex, address, revision } = await takePeer(tx, { access, instance, clientId, publicKey, hasPresharedKey: false, ownerId: null, requestedAt: actor.requestedAt, now });
  const inserted = await insertClient(tx, proof, {
    id: clientId,
    subscriptionId: access.id,
    instanceId: instance.id,
    ownerId: null,
    systemId: system.id,
    nickname: parseNickname(system.hostName),
    publicKey,
    sealedPresharedKey: null,
    hostIndex,
    addressV4: address.v4,
    addressV6: address.v6,
    gatewayId: instance.gateway.id,
    revision,
    createdAt: now,
    expiresAt: null,
  });
  if (!inserted) throw keyInUse();
  await tellManagers(ports, tx, actor, access, { template: "system-approved", system, name: system.hostName, instanceName: instance.name, now });
  await appendAudit(tx, [
    {
      chain: access.id,
      at: now,
      action: "system.approved",
      actor: auditActor(actor),
      subject: { kind: "system", id: system.id },
      sourceAddress: actor.source.address,
      data: { name: system.hostName, serial: system.serial, publicKey, addressV4: address.v4, addressV6: address.v6, revision: Number(revision), proof: FACTOR_WORDS[proof.factor] },
    },
  ]);
}

/** Who answers for the subscription hears of each system that comes or goes. */
export async function tellManagers(
  ports: Ports,
  tx: Tx,
  actor: Actor,
  access: SubscriptionAccess,
  what: { template: "system-approved" | "system-removed"; system: SystemRow; name: string; instanceName: string; now: Date },
): Promise<void> {
  const { template, system, name, instanceName, now } = what;
  for (const recipient of await managersOf(tx, access.id)) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: {
        template,
        name,
        publicKey: system.publicKey,
        instanceName,
        subscriptionName: access.name,
        byEmail: actor.email,
        byOperator: access.standing === "operator",
        at: iso(now),
        url: systemUrl(ports, system),
      },
    });
  }
}

/** Refusing what is refused changes nothing and answers the same. @throws not_found, forbidden, two_factor_required, system_decided */
export async function refuseSystem(ports: Ports, actor: Actor, input: SystemInput): Promise<SystemView> {
  await ports.db.transaction(async (tx) => {
    const { access, system } = await lockReachableSystem(tx, actor, input, "system.remove");
    const now = ports.clock.now();
    if (systemState(system, now) === "refused") return;
    refuseIfDecided(system, now);
    await markRefused(tx, system.id, now);
    await notifySubscriptions(tx, [{ subscriptionId: access.id, clientId: null }]);
    await appendAudit(tx, [
      {
        chain: access.id,
        at: now,
        action: "system.refused",
        actor: auditActor(actor, access.standing === "operator"),
        subject: { kind: "system", id: system.id },
        sourceAddress: actor.source.address,
        data: { name: system.hostName, serial: system.serial, publicKey: system.publicKey },
      },
    ]);
  });
  return viewSystem(ports, actor, input);
}
