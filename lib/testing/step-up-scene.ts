/** A tenant with Ada in it, who is about to approve things; and what can be seen of it afterwards. */
import type { Actor } from "@/lib/auth/actor";
import type { PresentedProof } from "@/lib/auth/step-up";
import { issueClient } from "@/lib/usecases/issue-client";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import type { ClientChallengeView, IssuedClientView } from "@/lib/usecases/views";
import { openKit, type Kit } from "./kit";
import { addMember, issueInput, makeTenant, type Tenant } from "./tenancy";

type Facts = Record<string, unknown>;

export interface Scene {
  kit: Kit;
  acme: Tenant;
  /** The latest Ada: an admin with no second factor until she adds one. */
  ada: Actor;
  /** Another Ada, to begin afresh. */
  nextAda(): Promise<Actor>;
  /** Asks to add the client "laptop". */
  askClient(actor?: Actor): Promise<ClientChallengeView>;
  /** Adds it, with a key of its own each time. */
  issue(proof: PresentedProof, actor?: Actor): Promise<IssuedClientView>;
  clients(): Promise<number>;
  /** What Ada's mails of a template say, oldest first. */
  mails(template: string): Promise<Facts[]>;
  /** What Ada's log says of an action, oldest first. */
  events(action: string): Promise<Facts[]>;
  triesLeft(challengeId: string): Promise<number>;
  isTwoFactor(actor?: Actor): Promise<boolean>;
}

export async function openScene(): Promise<Scene> {
  const kit = await openKit();
  const acme = await makeTenant(kit, { name: "acme" });
  const scene: Scene = {
    kit,
    acme,
    ada: acme.owner,
    async nextAda() {
      scene.ada = await addMember(kit, acme, "admin");
      return scene.ada;
    },
    askClient: (actor = scene.ada) => requestClientChallenge(kit.ports, actor, { subscriptionId: acme.subscriptionId, nickname: "laptop" }),
    issue: (proof, actor = scene.ada) => issueClient(kit.ports, actor, issueInput(kit, acme.subscriptionId, "laptop", null), proof),
    clients: async () => (await kit.sql("SELECT FROM access_clients WHERE owner_id = $1", [scene.ada.userId])).length,
    mails: async (template) =>
      (await kit.sql<{ payload: Facts }>("SELECT payload FROM outbox_mails WHERE recipient = $1 AND template = $2 ORDER BY created_at", [scene.ada.email, template])).map(({ payload }) => payload),
    events: async (action) =>
      (await kit.sql<{ data: Facts }>("SELECT data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [scene.ada.userId, action])).map(({ data }) => data),
    triesLeft: async (challengeId) => (await kit.sql<{ tries_left: number }>("SELECT tries_left FROM step_up_challenges WHERE id = $1", [challengeId]))[0]?.tries_left ?? -1,
    isTwoFactor: async (actor = scene.ada) => (await kit.sql<{ two_factor: boolean }>("SELECT two_factor FROM sessions WHERE id = $1", [actor.sessionId]))[0]?.two_factor === true,
  };
  return scene;
}

/** What became of each: "done", or the code of the refusal. */
export const codesOf = (results: PromiseSettledResult<unknown>[]): string[] =>
  results.map((result) => (result.status === "fulfilled" ? "done" : String((result.reason as { code?: string }).code ?? result.reason)));

/** Digits that are not these. */
export const wrong = (digits: string): string => `${digits.slice(0, -1)}${(Number(digits.at(-1)) + 1) % 10}`;
