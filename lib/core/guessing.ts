/**
 * How many tries anybody has, and how long they wait for the next: the figures of docs/security-guessing.md, in one table.
 *
 * Each counter has some free tries in a day; after them each further try waits, longer each time. Nothing is ever locked: a stranger
 * only ever makes strangers slow, each source by itself, and a browser that the owner has used before has tries of its own.
 */
export interface Allowance {
  /** Tries in a day before the first wait. */
  free: number;
  firstWaitSeconds: number;
  /** Each wait is so many times the one before. */
  factor: number;
  longestWaitSeconds: number;
}

export interface Policy {
  /** One source, whatever accounts it tries. null: not counted. */
  source: Allowance | null;
  /** One source on one account. */
  pair: Allowance | null;
  /** The same, while the account is being attacked from many sources. */
  pairUnderAttack: Allowance | null;
  /** Strangers' tries on one account in a day that make it one under attack. */
  attackAt: number;
  /** All strangers together on one account: only where a stranger has shown something already. */
  account: Allowance | null;
  /** Browsers that the owner has used before, all together. */
  known: Allowance | null;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** What counts for one day. */
export const COUNTED_SECONDS = DAY;

export const POLICIES = {
  /** A password for an address. */
  password: {
    source: { free: 60, firstWaitSeconds: 10, factor: 2, longestWaitSeconds: HOUR },
    pair: { free: 5, firstWaitSeconds: MINUTE, factor: 4, longestWaitSeconds: DAY },
    pairUnderAttack: { free: 1, firstWaitSeconds: 15 * MINUTE, factor: 4, longestWaitSeconds: DAY },
    attackAt: 50,
    account: null,
    known: { free: 10, firstWaitSeconds: 30, factor: 2, longestWaitSeconds: 15 * MINUTE },
  },
  /** A mailed code, an app's code or a recovery code, after the right password. Who tries strange codes on an account knows its password. */
  factor: {
    source: { free: 60, firstWaitSeconds: 10, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: { free: 10, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    known: { free: 10, firstWaitSeconds: 30, factor: 2, longestWaitSeconds: 15 * MINUTE },
  },
  /** A mail to an address, for who registers or resets: each brings a code of eight digits and five tries. */
  mail: {
    source: { free: 20, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    pair: { free: 3, firstWaitSeconds: HOUR, factor: 4, longestWaitSeconds: DAY },
    pairUnderAttack: { free: 1, firstWaitSeconds: 6 * HOUR, factor: 4, longestWaitSeconds: DAY },
    attackAt: 20,
    account: null,
    known: { free: 5, firstWaitSeconds: 5 * MINUTE, factor: 2, longestWaitSeconds: HOUR },
  },
  /** A mail with a code to sign in, after the right password: never forgiven, so that a stolen password is no way to flood a mailbox. */
  codeMail: {
    source: { free: 60, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: { free: 20, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: 15 * MINUTE },
    known: { free: 20, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: 15 * MINUTE },
  },
  /** A serial number of a device, by somebody signed in: a guess that is right takes the device. */
  serial: {
    source: { free: 100, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: { free: 20, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    known: null,
  },
  /** An API key or a system's token that is none. Nobody guesses 256 bits: this only keeps the work small. */
  apiKey: {
    source: { free: 100, firstWaitSeconds: 10, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: null,
    known: null,
  },
  /** A SCIM token that is none. Nobody guesses 256 bits: this only keeps the work small. */
  scimToken: {
    source: { free: 100, firstWaitSeconds: 10, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: null,
    known: null,
  },
  /** Invitations by a directory, by its subscription: each is a mail. A company of some thousand is let in within a few days. */
  scimInvite: {
    source: null,
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: { free: 1000, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    known: null,
  },
  /** A logout token that is none. Nobody forges a signature: this only keeps the work small. */
  logoutToken: {
    source: { free: 100, firstWaitSeconds: 10, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: null,
    known: null,
  },
  /** A system that asks to join with the right key, by its subscription: each brings mails to those who decide. */
  join: {
    source: null,
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: { free: 30, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    known: null,
  },
  /** A license key, by somebody signed in. Can't be guessed, as it is signed: this keeps the work small, and strangers from trying what they found. */
  license: {
    source: { free: 100, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: { free: 20, firstWaitSeconds: MINUTE, factor: 2, longestWaitSeconds: HOUR },
    known: null,
  },
  /**
   * A passkey that doesn't say beforehand whose it is. Can't be guessed: this only keeps the work small. The sign-in page takes one try by
   * being opened, and a whole office may be one source, so the waits stay short.
   */
  passkey: {
    source: { free: 1000, firstWaitSeconds: 1, factor: 2, longestWaitSeconds: 10 },
    pair: null,
    pairUnderAttack: null,
    attackAt: 0,
    account: null,
    known: null,
  },
} as const satisfies Record<string, Policy>;

export type TryKind = keyof typeof POLICIES;

/** @param tries made in this day, with the one at hand @returns seconds to the try after this one; 0: none */
export function waitAfter({ free, firstWaitSeconds, factor, longestWaitSeconds }: Allowance, tries: number): number {
  if (tries < free) return 0;
  return Math.min(longestWaitSeconds, firstWaitSeconds * factor ** Math.min(tries - free, 30));
}

/** @returns tries that somebody has in a day who never waits longer than they must */
export function triesInADay(allowance: Allowance): number {
  let tries = allowance.free;
  for (let seconds = waitAfter(allowance, tries); seconds < DAY; seconds += waitAfter(allowance, tries)) tries += 1;
  return tries;
}

/** @returns tries that somebody with so many sources has in a day on one account, at most */
export function strangersTriesInADay(policy: Policy, sources: number): number {
  if (policy.account) return triesInADay(policy.account);
  if (!policy.pair || !policy.pairUnderAttack) return Number.POSITIVE_INFINITY;
  const slowed = sources * triesInADay(policy.pairUnderAttack);
  const unslowed = sources * triesInADay(policy.pair);
  return Math.min(unslowed, policy.attackAt + slowed);
}
