/** Why a provider's account was not added, from the `?error=` that the way back from the provider ends with. */
import { PROOF_LIFETIME_WORDS } from "@/lib/core/proof-limits";

const TEXTS: Record<string, { title: string; text: string }> = {
  IdentityTaken: { title: "That account belongs to somebody here already", text: "It signs in to another account of this portal, so it wasn’t added to yours. Remove it there first, or choose another." },
  LinkExpired: { title: "That took too long", text: `Adding a way to sign in was begun in another session, or more than ${PROOF_LIFETIME_WORDS} ago. Start again.` },
};

const OTHER = { title: "It wasn’t added", text: "The provider’s answer couldn’t be used, or you said no there. Nothing has changed; just try again." };

/** @returns null when there is no error to speak of */
export function linkError(code: string | null | undefined): { title: string; text: string } | null {
  if (!code) return null;
  return Object.hasOwn(TEXTS, code) ? (TEXTS[code] ?? OTHER) : OTHER;
}
