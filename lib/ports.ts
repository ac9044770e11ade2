/** What use cases are given: storage, time, chance, settings. Made once a process (lib/runtime.ts), or by a test. */
import type { PortalConfig } from "@/lib/config";
import type { Clock, RandomBytes } from "@/lib/core/ports";
import type { Database } from "@/lib/db/client";
import type { CardPayments } from "@/lib/payments/cards";

/** Enough for what reads and writes and mails nothing. */
export interface StorePorts {
  db: Database;
  clock: Clock;
  randomBytes: RandomBytes;
  /** A random UUID (version 4): 122 random bits, so that ids can't be guessed. */
  newId: () => string;
}

export interface Ports extends StorePorts {
  config: PortalConfig;
  /** Left out: nothing can be paid for by card. */
  cards?: CardPayments;
}
