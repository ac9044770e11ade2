/** Plans, and subscriptions to them. */
import { LONGEST_DAYS } from "@/lib/core/client-expiry";
import { PortcullisError } from "@/lib/core/errors";
import { upsertPlan } from "@/lib/db/provisioning";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { account, need, type Command, type Options } from "./command";

/** null: left out, no limit. */
function limit(options: Options, name: "max-clients" | "max-client-days", most: number): number | null {
  const text = options[name];
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(text) || Number(text) > most) throw new PortcullisError("bad_request", `--${name} is a whole number from 1 to ${most}; leave it out for no limit.`);
  return Number(text);
}

export const SUBSCRIPTION_COMMANDS: Command[] = [
  {
    words: "plan set",
    takes: "CODE --name NAME [--max-clients N] [--max-client-days N]",
    about: "adds a plan, or changes one",
    async run(ports, subject, options) {
      const maxClients = limit(options, "max-clients", 999_999_999);
      const maxClientDays = limit(options, "max-client-days", LONGEST_DAYS);
      await upsertPlan(ports.db.read, { id: ports.newId(), code: need(subject, "CODE"), name: need(options.name, "--name"), maxClients, maxClientDays, now: ports.clock.now() });
      console.log(`Plan ${subject} is set.`);
    },
  },
  {
    words: "subscription add",
    takes: "NAME --plan CODE --owner EMAIL",
    about: null,
    async run(ports, subject, options) {
      const owner = await account(ports, need(options.owner, "--owner"));
      const made = await createSubscription(ports, { name: need(subject, "NAME"), planCode: need(options.plan, "--plan"), ownerId: owner.id });
      console.log(`Subscription ${subject} for ${owner.email}:\n${made.subscriptionId}`);
    },
  },
];
