/**
 * What thousands of gateways ask every few seconds, asked of the database together. With few of them nothing waits for others; with
 * many, a question waits some milliseconds, and the portal asks a tenth as often (docs/performance.md).
 *
 * A change on its way to a gateway never waits here: who is woken reads at once.
 */
import { Gather } from "@/lib/core/gather";
import type { Database } from "@/lib/db/client";
import { notePresences, type Present } from "@/lib/db/gateway-changes";
import { type CurrentOwner, findCurrentOwners } from "@/lib/db/gateway-credentials";
import { movedGateways } from "@/lib/db/gateway-state";
import type { Wakeups } from "@/lib/db/wakeups";
import { log } from "@/lib/log";
import { WaitingGateways } from "@/lib/usecases/waiting-gateways";

/** At so many that wait, questions are gathered for a millisecond; at ten times as many, for ten. */
const GATEWAYS_A_MS = 500;
const GATHER_AT_MOST_MS = 20;
/** Nobody waits for a presence to be noted. */
const PRESENCE_TIMES = 20;

export interface Together {
  /** Whose the credential with this SHA-256 is, when it is in use. */
  owners: Gather<Uint8Array, CurrentOwner | null>;
  presences: Gather<Present, true>;
  /** Whether it is at another revision than it knows of, or was cut off. */
  moved: Gather<{ gatewayId: string; since: number }, boolean>;
  waiting: WaitingGateways;
}

const made = new WeakMap<Database, Together>();
const following = new WeakSet<Wakeups>();

/** One for each pool of connections. */
export function together(db: Database): Together {
  const known = made.get(db);
  if (known) return known;
  const waiting = new WaitingGateways(db.read, (message) => log("warn", "waiting gateways", message));
  const after = (times: number) => (run: () => void) => {
    const ms = Math.min(GATHER_AT_MOST_MS, Math.floor(waiting.count / GATEWAYS_A_MS)) * times;
    if (ms === 0) setImmediate(run);
    else setTimeout(run, ms);
  };
  const fresh: Together = {
    owners: new Gather((hashes) => findCurrentOwners(db.read, hashes), after(1)),
    presences: new Gather(async (all) => (await notePresences(db.read, all), all.map(() => true as const)), after(PRESENCE_TIMES)),
    moved: new Gather(async (all) => {
      const moved = await movedGateways(db.read, all);
      return all.map(({ gatewayId, since }) => moved.get(gatewayId)?.has(since) ?? false);
    }, after(1)),
    waiting,
  };
  made.set(db, fresh);
  return fresh;
}

/** After a lost connection for wake-ups one look finds who missed one: woken all at once, thousands would read. */
export function lookAfterReconnect(wakeups: Wakeups, { waiting }: Together): void {
  if (following.has(wakeups)) return;
  following.add(wakeups);
  wakeups.onReconnect(() => void waiting.look());
}
