/**
 * One integer, raised when a receiver has to behave differently, not when a field is added that receivers may ignore.
 * docs/gateway-protocol.md is the contract in words; tests fail when history, number and document disagree.
 */
export const PROTOCOL_VERSION: number = 2;

/** Spoken as well, so that portal and agents can be brought up to date in either order. */
export const OLDEST_PROTOCOL_VERSION: number = 1;

/** Every version that this code speaks, lowest first. */
export const SPOKEN_VERSIONS: readonly number[] = Array.from({ length: PROTOCOL_VERSION - OLDEST_PROTOCOL_VERSION + 1 }, (_, i) => OLDEST_PROTOCOL_VERSION + i);

/** Since this version an instance can let its peers reach one another. */
export const PEERS_REACH_SINCE = 2;

/** "1, 2": the value of the header by which one side says what it speaks. */
export const versionsText = (versions: readonly number[]): string => versions.join(", ");

/** @returns null for what is no list of versions */
export function parseVersions(text: string | null): number[] | null {
  if (text === null || !/^[1-9]\d{0,4}(?:, ?[1-9]\d{0,4}){0,31}$/.test(text)) return null;
  return text.split(",").map(Number);
}

/** The highest version that both sides speak; null: there is none. */
export function commonVersion(offered: readonly number[]): number | null {
  const common = SPOKEN_VERSIONS.filter((version) => offered.includes(version));
  return common.at(-1) ?? null;
}

/** Newest last; `date` is when the version was first spoken. */
export const PROTOCOL_HISTORY: readonly { version: number; date: string; what: string }[] = [
  { version: 1, date: "2026-11-22", what: "Enrolment, state by long poll (full and delta), acknowledgement with a digest, reports." },
  { version: 2, date: "2026-11-27", what: "An instance may let its peers reach one another: `peersReach`, and `reach` in its element of the digest." },
];
