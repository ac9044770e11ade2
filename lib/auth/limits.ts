/**
 * Stops guessing without stopping owners. The figures are in lib/core/guessing; counts are in PostgreSQL, so that all portal processes
 * share them. Nothing is ever locked: after some free tries each waits longer, and an owner's known browser is counted apart.
 */
import { createHash } from "node:crypto";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { PortcullisError } from "@/lib/core/errors";
import { COUNTED_SECONDS, POLICIES, waitAfter, type Allowance, type Policy, type TryKind } from "@/lib/core/guessing";
import { deleteLimits, deleteLimitsOfAccount, LIMITS_TABLE, limiterStore, listLimits, listLimitsAbove, readLimits, type Counter } from "@/lib/db/limits";
import type { StorePorts } from "@/lib/ports";

export interface Try {
  kind: TryKind;
  /** The address that is tried, whether or not it has an account. */
  account?: string;
  /** Where it comes from; null when the portal can't tell. */
  source: string | null;
  /** The browser is one that this account's owner has used before. */
  knownBrowser: boolean;
}

type Scope = "source" | "pair" | "account" | "known";
type DbPorts = Pick<StorePorts, "db">;

/** Counts tries of a day. Never refuses. */
const counter = (ports: DbPorts) =>
  new RateLimiterPostgres({ storeClient: limiterStore(ports.db), storeType: "pool", tableName: LIMITS_TABLE, tableCreated: true, clearExpiredByTimeout: false, keyPrefix: "tries", points: 1_000_000_000, duration: COUNTED_SECONDS });

/** Lets one through, then none until the wait is over. */
const gate = (ports: DbPorts) =>
  new RateLimiterPostgres({ storeClient: limiterStore(ports.db), storeType: "pool", tableName: LIMITS_TABLE, tableCreated: true, clearExpiredByTimeout: false, keyPrefix: "wait", points: 1, duration: 1 });

/**
 * Takes one try, or refuses it. Atomic: of many at once, no more get through than one after the other.
 *
 * @throws too_many_tries with retryAfterSeconds
 */
export async function takeTry(ports: DbPorts, attempt: Try): Promise<void> {
  const policy: Policy = POLICIES[attempt.kind];
  if (attempt.knownBrowser && policy.known) return void (await takeFrom(ports, keyOf(attempt, "known"), policy.known, false));
  const others = policy.known !== null;
  const taken: Taken[] = [];
  try {
    if (attempt.account !== undefined && policy.pair && policy.pairUnderAttack) {
      const account = keyOf(attempt, "account");
      const { consumedPoints } = await counter(ports).consume(account);
      taken.push({ key: account, waits: false });
      taken.push(await takeFrom(ports, keyOf(attempt, "pair"), consumedPoints > policy.attackAt ? policy.pairUnderAttack : policy.pair, others));
    }
    if (attempt.account !== undefined && policy.account) taken.push(await takeFrom(ports, keyOf(attempt, "account"), policy.account, others));
    if (policy.source) await takeFrom(ports, keyOf(attempt, "source"), policy.source, others);
  } catch (error) {
    // What one counter refused was no try for the others: else a single source, by asking again and again, would make an account one under attack.
    await giveBack(ports, taken);
    throw error;
  }
}

/** What a try took from one counter. */
interface Taken {
  key: string;
  /** It began a wait. */
  waits: boolean;
}

async function giveBack(ports: DbPorts, taken: Taken[]): Promise<void> {
  for (const { key } of taken) await counter(ports).reward(key, 1);
  await deleteLimits(ports.db, taken.filter(({ waits }) => waits).map(({ key }) => `wait:${key}`));
}

/** The try was a right one: it was no guess, and what this browser or source guessed on this account before is forgotten. */
export async function forgiveTries(ports: DbPorts, attempt: Try): Promise<void> {
  const policy: Policy = POLICIES[attempt.kind];
  if (attempt.knownBrowser && policy.known) return void (await forget(ports, keyOf(attempt, "known")));
  const count = counter(ports);
  if (policy.source) await count.reward(keyOf(attempt, "source"), 1);
  if (attempt.account === undefined) return;
  if (policy.account) await forget(ports, keyOf(attempt, "account"));
  if (policy.pair) {
    await forget(ports, keyOf(attempt, "pair"));
    await count.reward(keyOf(attempt, "account"), 1);
  }
}

/** @param others a browser that the owner has used before has tries of its own */
async function takeFrom(ports: DbPorts, key: string, allowance: Allowance, others: boolean): Promise<Taken> {
  const count = counter(ports);
  const { consumedPoints } = await count.consume(key);
  const wait = waitAfter(allowance, consumedPoints);
  if (wait === 0) return { key, waits: false };
  try {
    await gate(ports).consume(key, 1, { customDuration: wait });
    return { key, waits: true };
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    // What was refused was no try: it must not make the waits longer.
    await count.reward(key, 1);
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new PortcullisError("too_many_tries", `Too many tries. Wait ${inWords(seconds)}, then try again.${others ? " A browser that you signed in with before can go on." : ""}`, { retryAfterSeconds: seconds });
  }
}

const forget = (ports: DbPorts, key: string): Promise<number> => deleteLimits(ports.db, [`tries:${key}`, `wait:${key}`]);

function inWords(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;
}

/** One network for counting: an IPv4 address, or the /64 that one IPv6 customer has (RFC 6177). */
export function sourceNetwork(address: string | null): string {
  if (address === null) return "unknown";
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("%")[0]!.split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const all = [...groups, ...Array.from({ length: missing }, () => "0"), ...(tail ? tail.split(":") : [])];
  return `${all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

const MAX_ACCOUNT_LENGTH = 150;

/** Long addresses stand as their hash: a key has 255 characters. */
const shownAccount = (account: string): string => (account.length > MAX_ACCOUNT_LENGTH ? `sha256:${createHash("sha256").update(account).digest("hex")}` : account);

/** Like "password pair 192.0.2.1 ada@example.com". */
function keyOf(attempt: Try, scope: Scope): string {
  const shown = shownAccount(attempt.account ?? "");
  const parts = { source: [sourceNetwork(attempt.source)], pair: [sourceNetwork(attempt.source), shown], account: [shown], known: [shown] }[scope];
  return [attempt.kind, scope, ...parts].join(" ");
}

export interface Block {
  /** To lift it by. */
  key: string;
  kind: TryKind;
  scope: Scope;
  account: string | null;
  source: string | null;
  /** In this day. */
  tries: number;
  /** null: not waiting now; strangers are slowed because the account is under attack. */
  waitsUntil: Date | null;
  /** When the tries are forgotten. */
  countedUntil: Date;
}

/** Which accounts are under attack, and who has to wait now; for operators. */
export async function listBlocks(ports: DbPorts): Promise<Block[]> {
  const now = Date.now();
  const waits = (await listLimits(ports.db, "wait:", now)).map(({ key, expiresAt }) => ({ key: key.slice("wait:".length), expiresAt }));
  const counts = countsOf(await readLimits(ports.db, waits.map(({ key }) => `tries:${key}`), now));
  const waiting = waits.map(({ key, expiresAt }) => describe(key, counts, expiresAt));
  return [...(await listAttacked(ports, now)), ...waiting].filter((block) => block !== null);
}

/** Looked for by themselves: an attack from many sources brings more counters than anybody lists. */
async function listAttacked(ports: DbPorts, now: number): Promise<(Block | null)[]> {
  const kinds = Object.keys(POLICIES).filter(isKind).filter((kind) => POLICIES[kind].pairUnderAttack !== null);
  const above = await Promise.all(kinds.map((kind) => listLimitsAbove(ports.db, `tries:${kind} account `, POLICIES[kind].attackAt, now)));
  const counts = countsOf(above.flat());
  return [...counts.keys()].map((key) => describe(key, counts, null));
}

/** One block by its key, listed or not; null when it blocks nobody (any more). */
export async function findBlock(ports: DbPorts, key: string): Promise<Block | null> {
  const now = Date.now();
  const [tries, waits] = await Promise.all([readLimits(ports.db, [`tries:${key}`], now), readLimits(ports.db, [`wait:${key}`], now)]);
  const block = describe(key, countsOf(tries), waits[0]?.expiresAt ?? null);
  if (block === null || block.waitsUntil !== null) return block;
  return block.scope === "account" && POLICIES[block.kind].pairUnderAttack !== null && block.tries > POLICIES[block.kind].attackAt ? block : null;
}

type Counts = ReadonlyMap<string, { points: number; expiresAt: Date }>;

const countsOf = (tries: Counter[]): Counts => new Map(tries.map(({ key, points, expiresAt }) => [key.slice("tries:".length), { points, expiresAt }]));

function describe(key: string, counts: Counts, waitsUntil: Date | null): Block | null {
  const [kind = "", scope = "", ...rest] = key.split(" ");
  const counted = counts.get(key);
  if (!isKind(kind) || !isScope(scope)) return null;
  const source = scope === "source" || scope === "pair" ? (rest[0] ?? null) : null;
  return { key, kind, scope, source, account: scope === "source" ? null : (rest.at(-1) ?? null), tries: counted?.points ?? 0, waitsUntil, countedUntil: counted?.expiresAt ?? waitsUntil ?? new Date(0) };
}

const isKind = (text: string): text is TryKind => Object.hasOwn(POLICIES, text);
const isScope = (text: string): text is Scope => ["source", "pair", "account", "known"].includes(text);

/** Forgets a counter and its wait. @returns whether there was one */
export const liftBlock = async (ports: DbPorts, key: string): Promise<boolean> => (await forget(ports, key)) > 0;

/** Forgets everything counted against one account, for who was given a new password or is helped by an operator. */
export const liftBlocksOf = (ports: DbPorts, account: string): Promise<number> => deleteLimitsOfAccount(ports.db, shownAccount(account));
