/** People at work while everything around them dies: each asks again until the portal answers, as their browsers do, and notes what it answered. */
import { makeKeys, Refused, send, type ClientKeys } from "@/bench/parts/browser";
import type { Person } from "@/bench/parts/people";
import type { Dice } from "@/e2e/chaos/dice";
import { pause, type ChaosWorld } from "@/e2e/chaos/world";
import { codeFor } from "@/lib/auth/step-up";
import type { ClientState } from "@/lib/core/vocabulary";
import type { ClientChallengeView, ClientView, IssuedClientView, StepUpView } from "@/lib/usecases/views";

export const ACTS = ["issue", "revoke", "suspend", "resume", "rekey"] as const;
export type ActName = (typeof ACTS)[number];

/** A client as the portal's answers say it is. */
export interface KnownClient {
  id: string;
  owner: Person;
  state: ClientState;
  /** The key that works, or the first one while another waits. */
  publicKey: string;
  /** null: none waits. */
  waitingKey: string | null;
}

export interface Workload {
  clients: KnownClient[];
  /** Acts that the portal answered as done. */
  done: Record<ActName, number>;
  /** Requests that got no answer, or "not now", and were sent again. */
  repeated: number;
  /** Refusals that nothing explains. */
  refused: string[];
  /** Finishes what is under way and ends. */
  stop(): Promise<void>;
}

const WEIGHTS: Record<ActName, number> = { issue: 40, revoke: 18, suspend: 16, resume: 14, rekey: 12 };

export function startWorkload(world: ChaosWorld, dice: Dice, workers: number): Workload {
  const workload: Omit<Workload, "stop"> = { clients: [], done: { issue: 0, revoke: 0, suspend: 0, resume: 0, rekey: 0 }, repeated: 0, refused: [] };
  let stopping = false;
  const shares = Array.from({ length: workers }, (_, i) => world.tenant.people.filter((_person, j) => j % workers === i));
  const running = shares.map(async (people) => {
    const worker = new Worker(world, dice, workload, people);
    while (!stopping) {
      await worker.act();
      await pause(dice.between(0, 20));
    }
  });
  return {
    ...workload,
    get repeated() {
      return workload.repeated;
    },
    stop: async () => {
      stopping = true;
      await Promise.all(running);
    },
  };
}

/** Nobody else touches this worker's clients, so that what the portal answered last is how they are. */
class Worker {
  private readonly mine: KnownClient[] = [];
  private turn = 0;

  constructor(
    private readonly world: ChaosWorld,
    private readonly dice: Dice,
    private readonly workload: Omit<Workload, "stop">,
    private readonly people: Person[],
  ) {}

  async act(): Promise<void> {
    const name = this.dice.weighted(WEIGHTS);
    const able = this.mine.filter(({ state }) => (name === "resume" ? state === "suspended" : name === "suspend" || name === "rekey" ? state === "active" : state !== "revoked"));
    try {
      if (name === "issue") await this.issue();
      else if (able.length > 0) await this[name](this.dice.pick(able));
      else return;
      this.workload.done[name] += 1;
    } catch (error) {
      this.workload.refused.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async issue(): Promise<void> {
    // Each may ask for thirty codes an hour.
    const owner = this.people[this.turn++ % this.people.length];
    if (!owner) return;
    const nickname = `Machine ${this.turn}`;
    const challenge = await this.surely<ClientChallengeView>(owner, "/clients/challenge", { nickname });
    const keys = makeKeys(challenge.sealTo);
    const { client } = await this.surely<IssuedClientView>(owner, "/clients", { nickname, ...handedIn(keys), proof: this.proofOf(challenge) });
    const known: KnownClient = { id: client.id, owner, state: client.state, publicKey: keys.keys.publicKey, waitingKey: null };
    this.mine.push(known);
    this.workload.clients.push(known);
  }

  private async revoke(client: KnownClient): Promise<void> {
    client.state = (await this.surely<ClientView>(client.owner, `/clients/${client.id}/revoke`, {})).state;
  }

  private async suspend(client: KnownClient): Promise<void> {
    client.state = (await this.surely<ClientView>(client.owner, `/clients/${client.id}/suspend`, {})).state;
  }

  private async resume(client: KnownClient): Promise<void> {
    const challenge = await this.surely<StepUpView>(client.owner, `/clients/${client.id}/resume/challenge`, {});
    try {
      client.state = (await this.surely<ClientView>(client.owner, `/clients/${client.id}/resume`, { proof: this.proofOf(challenge) })).state;
    } catch (error) {
      // The answer was lost, and asking again finds it done.
      if (!(error instanceof Refused) || !/client_not_suspended|step_up_spent/.test(error.message)) throw error;
      client.state = "active";
    }
  }

  private async rekey(client: KnownClient): Promise<void> {
    const challenge = await this.surely<ClientChallengeView>(client.owner, `/clients/${client.id}/key/challenge`, {});
    const keys = makeKeys(challenge.sealTo);
    await this.surely<IssuedClientView>(client.owner, `/clients/${client.id}/key`, { ...handedIn(keys), proof: this.proofOf(challenge) });
    client.waitingKey = keys.keys.publicKey;
  }

  private proofOf = ({ challengeId }: { challengeId: string }) => ({ challengeId, code: codeFor(this.world.portal.ports, challengeId) });

  /** Sends the very same request until there is an answer. */
  private async surely<T>(person: Person, path: string, body: object): Promise<T> {
    const { portal, tenant } = this.world;
    for (;;) {
      try {
        return (await send<T>(portal, person, "POST", `/api/v1/subscriptions/${tenant.subscriptionId}${path}`, body)).body;
      } catch (error) {
        if (error instanceof Refused && error.status < 500) throw error;
      }
      this.workload.repeated += 1;
      await pause(this.dice.between(50, 250));
    }
  }
}

const handedIn = ({ keys, sealedPresharedKey }: ClientKeys) => ({ publicKey: keys.publicKey, sealedPresharedKey });
