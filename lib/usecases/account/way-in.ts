import { providerOfIssuer } from "@/lib/auth/provider-of-issuer";
import { PortcullisError } from "@/lib/core/errors";
import type { Tx } from "@/lib/db/client";
import { readFactors } from "@/lib/db/factors";
import { listIdentities } from "@/lib/db/security";
import type { Ports } from "@/lib/ports";

/** After something that signs a person in was removed: what is left must work in this portal as it is set up. @throws last_factor */
export async function requireWayIn(ports: Ports, tx: Tx, userId: string): Promise<void> {
  const { password, passkeys } = await readFactors(tx, userId);
  if ((password && ports.config.passwordLogin) || passkeys.length > 0) return;
  const identities = await listIdentities(tx, userId);
  if (identities.some(({ issuer }) => providerOfIssuer(ports.config.providers, issuer) !== null)) return;
  throw new PortcullisError("last_factor", "This is your only way to sign in. Set a password, add a passkey or another provider first.");
}
