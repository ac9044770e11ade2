/** Who can sign in at the demo's provider. */
import { createHash } from "node:crypto";

export interface Account {
  /** The provider's lasting name for the person (OpenID Connect `sub`). */
  subject: string;
  email: string;
  emailVerified: boolean;
  name: string;
  /** Shown beside the name on the sign-in page. */
  note: string;
  /** What the provider says about how the person signed in; a password when left out. */
  assurance?: Assurance;
}

/** password · two-factor: a password, and something besides · unsaid: a provider that tells nothing about it. */
export const ASSURANCES = ["password", "two-factor", "unsaid"] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** One password for all of them, shown on the sign-in page: nothing that the demo holds is secret from who runs it. */
export const DEMO_PASSWORD = "portcullis";

export const OPERATOR: Account = { subject: "demo-operator", email: "operator@portcullis.test", emailVerified: true, name: "Olga Operator", note: "runs the portal" };
export const SUBSCRIBER: Account = { subject: "demo-subscriber", email: "subscriber@portcullis.test", emailVerified: true, name: "Sam Subscriber", note: "owns the subscription" };
export const COLLEAGUE: Account = { subject: "demo-colleague", email: "colleague@portcullis.test", emailVerified: true, name: "Cleo Colleague", note: "a member of it" };
/** Another customer of the same operator. */
export const NEIGHBOUR: Account = { subject: "demo-neighbour", email: "neighbour@portcullis.test", emailVerified: true, name: "Nora Neighbour", note: "owns another subscription" };
export const UNVERIFIED: Account = { subject: "demo-unverified", email: "unverified@portcullis.test", emailVerified: false, name: "Uma Unverified", note: "address not verified" };
export const TWO_FACTOR: Account = { subject: "demo-two-factor", email: "two-factor@portcullis.test", emailVerified: true, name: "Tess Twofactor", note: "with two factors", assurance: "two-factor" };
export const UNSAID: Account = { subject: "demo-unsaid", email: "unsaid@portcullis.test", emailVerified: true, name: "Quentin Quiet", note: "factors unsaid", assurance: "unsaid" };

export const DEMO_ACCOUNTS: readonly Account[] = [SUBSCRIBER, OPERATOR, COLLEAGUE, NEIGHBOUR, UNVERIFIED, TWO_FACTOR, UNSAID];

/** An account made up at the sign-in page; the same address is the same person again. */
export function madeUpAccount(email: string, name: string, emailVerified: boolean, assurance: Assurance = "password"): Account {
  const address = email.trim();
  const digest = createHash("sha256").update(address.toLowerCase()).digest("hex").slice(0, 20);
  return { subject: `demo-${digest}`, email: address, emailVerified, name: name.trim() || address, note: "made up here", assurance };
}
