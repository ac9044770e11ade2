/** What a running stack tells tests about itself: where everything is. Plain JSON. */
import { readFileSync } from "node:fs";

/** Names the file that holds the description; set by Playwright's global set-up for its workers. */
export const STACK_VARIABLE = "PORTCULLIS_TEST_STACK";

export interface StackDescription {
  /** http://localhost:port */
  portalUrl: string;
  issuer: string;
  /** The inbox; its JSON API is below /api (scripts/demo/mailbox.ts). */
  mailboxUrl: string;
  /** What stands in for Stripe: its API, and its page to pay on. It knows one price, price_monthly: EUR 49.00 a month. */
  stripeUrl: string;
  /** Of an account that owns the portal's database. */
  databaseUrl: string;
  subscriptionId: string;
  instance: { id: string; name: string; interfaceName: string; tunnelAddressV4: string; tunnelAddressV6: string; url: string; username: string; password: string };
  /** null: no tunnels are possible on this machine; `missing` says why. */
  gateway: { name: string; namespace: string; address: string } | null;
  missing: string[];
  /** Everything that the programs wrote to their output. */
  logs: { portal: string; agent: string };
  processes: { portal: number; agent: number | null };
}

export function readStack(): StackDescription {
  const file = process.env[STACK_VARIABLE];
  if (!file) throw new Error(`${STACK_VARIABLE} is not set: run this through Playwright (npm run test:browser), which starts the stack.`);
  return JSON.parse(readFileSync(file, "utf8")) as StackDescription;
}
