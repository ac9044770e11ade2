/** What a command of the operator's command line is. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { PortcullisError } from "@/lib/core/errors";
import { parseEmailAddress } from "@/lib/core/email-address";
import { findUserByEmail } from "@/lib/db/accounts";
import type { StorePorts } from "@/lib/ports";

export const OPTIONS = ["endpoint", "name", "max-clients", "max-client-days", "plan", "owner", "gateway", "subnet", "public-key"] as const;
export type Options = Partial<Record<(typeof OPTIONS)[number], string>> & {
  /** Nobody is asked whether they are sure. */
  yes?: boolean | undefined;
  "without-agent"?: boolean | undefined;
};

export interface Command {
  /** Two words, like "gateway add". */
  words: string;
  /** What follows them, as help shows it. */
  takes: string;
  /** What it does, in a few words; null where the words say it. */
  about: string | null;
  /** @param subject the third word. @returns the exit code; nothing: 0 */
  run(ports: StorePorts, subject: string | undefined, options: Options): Promise<number | void>;
}

/** @throws PortcullisError naming the option */
export function need(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw new PortcullisError("bad_request", `${what} is missing. See: npm run portcullis -- help`);
  return value;
}

/** @throws not_found, and what parseEmailAddress throws */
export async function account(ports: StorePorts, email: string): Promise<{ id: string; email: string }> {
  const user = await findUserByEmail(ports.db.read, parseEmailAddress(email));
  if (!user) throw new PortcullisError("not_found", `There is no account with the address ${email}. The person signs in once, then it exists.`);
  return user;
}

/** Asks who is at the keyboard. Without one, and without --yes, nothing is done. @throws PortcullisError bad_request */
export async function confirm(question: string, { yes = false }: Options): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new PortcullisError("bad_request", `${question}\nNothing was done: there is nobody to ask. Add --yes to go on without asking.`);
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // The end of the input is an answer as well.
    const closed = once(reader, "close").then(() => "");
    const answer = await Promise.race([reader.question(`${question}\nGo on? [y/N] `), closed]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new PortcullisError("bad_request", "Nothing was done.");
  } finally {
    reader.close();
  }
}
