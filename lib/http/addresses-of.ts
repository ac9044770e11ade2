import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

const PATIENCE_MS = 2_000;

/** A host's IP addresses as this machine resolves them; an address is its own. None when the name isn't known, or not soon: nobody waits for that. */
export async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, [])));
  const found = lookup(host, { all: true }).then(
    (all) => all.map(({ address }) => address),
    () => [],
  );
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}
