/**
 * One integer, raised when a receiver has to behave differently, not when a field is added that receivers may ignore.
 * docs/gateway-protocol.md is the contract in words; tests fail when history, number and document disagree.
 */
export const PROTOCOL_VERSION = 1;

/** Newest last; `date` is when the version was first spoken. */
export const PROTOCOL_HISTORY: readonly { version: number; date: string; what: string }[] = [
  { version: 1, date: "2026-11-22", what: "Enrolment, state by long poll (full and delta), acknowledgement with a digest, reports." },
];
