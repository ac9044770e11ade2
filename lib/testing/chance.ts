/** Time and chance that a test holds still. */
import { createHash } from "node:crypto";
import type { Clock, RandomBytes } from "@/lib/core/ports";

export interface TestClock extends Clock {
  /** Moves on; time never goes back by itself. */
  advance(milliseconds: number): void;
}

export function testClock(start = "2027-03-01T12:00:00.000Z"): TestClock {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** The same bytes in every run for the same seed, so that a failure can be repeated. */
export function seededBytes(seed: string): RandomBytes {
  let block = 0;
  let rest = Buffer.alloc(0);
  return (length) => {
    while (rest.length < length) rest = Buffer.concat([rest, createHash("sha256").update(`${seed} ${block++}`).digest()]);
    const taken = Uint8Array.from(rest.subarray(0, length));
    rest = rest.subarray(length);
    return taken;
  };
}

/** A UUID of version 4 (RFC 9562, section 5.4). */
export function uuidFrom(randomBytes: RandomBytes): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
