/** Tells a page of one subscription when something on it changed. Says what changed, never how it is now: the page asks again for that. */
import type { Actor } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { findLiveSession } from "@/lib/db/accounts";
import { findClient } from "@/lib/db/clients";
import type { Wakeups } from "@/lib/db/wakeups";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "./note-operator-view";
import { ownerScope, requireAccess } from "./subscription-access";

export type SubscriptionEvent = { name: "client"; data: { clientId: string } } | { name: "instance"; data: Record<string, never> };

/** Even where nothing happens, whether the actor may still look is asked this often. */
const RECHECK_MS = 15_000;

/** More pages than anybody has open at one portal process. Each asks the database every 15 s, and at each change. */
export const MAX_STREAMS_PER_SESSION = 30;
const streamsOf = new Map<string, number>();

/** Counts a stream of this session. @returns what takes it off again, once. @throws too_many_tries */
function takeStream(sessionId: string): () => void {
  const open = streamsOf.get(sessionId) ?? 0;
  if (open >= MAX_STREAMS_PER_SESSION) throw new PortcullisError("too_many_tries", "Too many pages are open. Close some, then try again.", { retryAfterSeconds: 30 });
  streamsOf.set(sessionId, open + 1);
  let taken = true;
  return () => {
    if (!taken) return;
    taken = false;
    const left = (streamsOf.get(sessionId) ?? 1) - 1;
    if (left > 0) streamsOf.set(sessionId, left);
    else streamsOf.delete(sessionId);
  };
}

/**
 * Ends when the reader leaves, and when the actor's session or access ends: both are looked up again before each event, and a member
 * is told of their own clients alone.
 *
 * @throws not_found, too_many_tries when one session has more streams open than it can need
 */
export async function watchSubscription(
  ports: Ports & { wakeups: Wakeups },
  actor: Actor,
  input: { subscriptionId: string },
  signal: AbortSignal,
): Promise<AsyncGenerator<SubscriptionEvent>> {
  const { id } = await requireNotedAccess(ports, actor, input.subscriptionId, "subscription.read");
  const giveBack = takeStream(actor.sessionId);
  const changed = new Set<string>();
  let wake: () => void = () => {};
  const unsubscribe = ports.wakeups.subscribe(`subscription:${id}`, (clientId) => {
    changed.add(clientId);
    wake();
  });
  const stop = () => {
    unsubscribe();
    giveBack();
  };
  // A reader may be gone before the first event is asked for, and then no generator runs that could stop.
  const leave = () => {
    stop();
    wake();
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });

  async function* events(): AsyncGenerator<SubscriptionEvent> {
    try {
      while (!signal.aborted) {
        if (changed.size === 0) await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, RECHECK_MS);
          wake = () => (clearTimeout(timer), resolve());
        });
        const seen = [...changed];
        changed.clear();
        const scope = await currentScope(ports, actor, id);
        if (signal.aborted || scope === "none") return;
        for (const clientId of seen) {
          if (clientId === "") yield { name: "instance", data: {} };
          else if (scope === null || (await findClient(ports.db.read, id, clientId, scope))) yield { name: "client", data: { clientId } };
        }
      }
    } finally {
      stop();
    }
  }
  return events();
}

/** Whose clients the actor may hear of now: an owner's id, null for anyone's, "none" when nobody's any more. */
async function currentScope(ports: Ports, actor: Actor, subscriptionId: string): Promise<string | null> {
  const session = await findLiveSession(ports.db.read, actor.sessionId, ports.clock.now());
  if (!session) return "none";
  try {
    return ownerScope(await requireAccess(ports.db.read, actor, subscriptionId, "client.read"), actor, "client.read");
  } catch (error) {
    if (error instanceof PortcullisError) return "none";
    throw error;
  }
}
