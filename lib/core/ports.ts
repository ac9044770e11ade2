/** What the core is given from outside, so that it stays pure and a test can hold time and chance still. */

/** Returns `length` bytes of cryptographic randomness: `crypto.getRandomValues` in a browser, `node:crypto` in Node. */
export type RandomBytes = (length: number) => Uint8Array;

export interface Clock {
  now(): Date;
}
