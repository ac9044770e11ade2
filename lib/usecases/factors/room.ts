import { PortcullisError } from "@/lib/core/errors";

const MAX_OF_A_KIND = 20;

/** Nobody needs more; and without a limit one account could fill the disk. @throws bad_request */
export function requireRoom(existing: readonly unknown[], what: string): void {
  if (existing.length >= MAX_OF_A_KIND) throw new PortcullisError("bad_request", `You have ${existing.length} ${what}, which is the most an account can have. Remove one first.`);
}
