/** Subscriptions with an instance that is up, and clients on it, by the use cases that make real ones. */
import type { Actor } from "@/lib/auth/actor";
import { codeFor, type CodeProof } from "@/lib/auth/step-up";
import { LONG_CODE_DIGITS } from "@/lib/core/step-up-code";
import { generateKeyPair, generatePresharedKey, parsePublicKey } from "@/lib/core/keys";
import { sealPresharedKey } from "@/lib/core/sealed-key";
import type { Role } from "@/lib/core/vocabulary";
import { insertMembership, upsertPlan } from "@/lib/db/provisioning";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { issueClient, type IssueClientInput } from "@/lib/usecases/issue-client";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import type { ClientChallengeView, ClientView, IssuedClientView } from "@/lib/usecases/views";
import { makeGateway, type TestGateway } from "./gateway";
import type { Kit } from "./kit";
import { person } from "./people";

export interface Tenant {
  subscriptionId: string;
  instanceId: string;
  owner: Actor;
  gateway: TestGateway;
}

export interface TenantOptions {
  name?: string;
  /** null or left out: unlimited. */
  maxClients?: number | null;
  subnet?: string;
  /** An own one by default. */
  gateway?: TestGateway;
}

/** A subscription owned by a new account, its instance confirmed by its gateway. */
export async function makeTenant(kit: Kit, { name = "acme", maxClients = null, subnet = "10.77.0.0/24", gateway }: TenantOptions = {}): Promise<Tenant> {
  const { ports } = kit;
  const tag = ports.newId().slice(0, 8);
  const owner = await person(kit, `owner-${tag}@${name}.test`);
  await upsertPlan(ports.db.read, { id: ports.newId(), code: tag, name: "Team", maxClients, now: ports.clock.now() });
  const { subscriptionId } = await createSubscription(ports, { name, planCode: tag, ownerId: owner.userId });
  const host = gateway ?? (await makeGateway(kit));
  const { instanceId } = await provisionInstance(ports, { subscriptionId, gatewayId: host.id, name: `${name} atlas`, subnetV4: subnet });
  await host.sync();
  return { subscriptionId, instanceId, owner, gateway: host };
}

export async function addMember(kit: Kit, tenant: Pick<Tenant, "subscriptionId">, role: Role, email = `${role}-${kit.ports.newId().slice(0, 8)}@acme.test`): Promise<Actor> {
  const actor = await person(kit, email);
  await insertMembership(kit.ports.db.read, { subscriptionId: tenant.subscriptionId, userId: actor.userId, role, now: kit.ports.clock.now() });
  return actor;
}

/** The proof that the person would type: the code that is in the mail. */
export const proofOf = (kit: Kit, { challengeId }: { challengeId: string }): CodeProof => ({ challengeId, code: codeFor(kit.ports, challengeId) });

/** The same, for a code that proves an address. */
export const addressProofOf = (kit: Kit, { challengeId }: { challengeId: string }): CodeProof => ({ challengeId, code: codeFor(kit.ports, challengeId, LONG_CODE_DIGITS) });

/** A code that is not the right one. */
export const wrongCodeOf = (kit: Kit, challenge: { challengeId: string }): string => {
  const right = codeFor(kit.ports, challenge.challengeId);
  return `${right.slice(0, 5)}${(Number(right[5]) + 1) % 10}`;
};

/** What a browser sends to add a client: keys made there, the preshared key sealed to the gateway. */
export function issueInput(kit: Kit, subscriptionId: string, nickname: string, challenge: Pick<ClientChallengeView, "sealTo"> | null): IssueClientInput {
  const { randomBytes } = kit.ports;
  return {
    subscriptionId,
    nickname,
    publicKey: generateKeyPair(randomBytes).publicKey,
    sealedPresharedKey: challenge && challenge.sealTo !== null ? sealPresharedKey(generatePresharedKey(randomBytes), parsePublicKey(challenge.sealTo), randomBytes) : null,
  };
}

export interface PreparedIssue {
  input: IssueClientInput;
  proof: CodeProof;
  /** Hands it in. */
  issue(): Promise<IssuedClientView>;
}

/** Everything up to the request that issues, so that a test can send many at once. */
export async function prepareIssue(kit: Kit, actor: Actor, subscriptionId: string, nickname = "laptop"): Promise<PreparedIssue> {
  const challenge = await requestClientChallenge(kit.ports, actor, { subscriptionId, nickname });
  const input = issueInput(kit, subscriptionId, nickname, challenge);
  const proof = proofOf(kit, challenge);
  return { input, proof, issue: () => issueClient(kit.ports, actor, input, proof) };
}

export async function addClient(kit: Kit, actor: Actor, subscriptionId: string, nickname = "laptop"): Promise<ClientView> {
  return (await (await prepareIssue(kit, actor, subscriptionId, nickname)).issue()).client;
}
