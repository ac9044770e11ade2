/**
 * The acts on one's own account that take a proof: each with what it is bound to, and what the person is shown in the prompt and in the
 * mail. The use case that does an act makes it by the same function, so that a proof for anything else doesn't fit.
 */
import type { Actor } from "@/lib/auth/actor";
import type { Act } from "@/lib/auth/step-up";
import { parseEmailAddress } from "@/lib/core/email-address";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { parseFactorName } from "@/lib/core/factor-name";
import type { StepUpAction } from "@/lib/core/policy";
import { RECOVERY_CODES } from "@/lib/core/recovery-codes";
import type { ChallengeText } from "@/lib/db/challenges";
import type { Tx } from "@/lib/db/client";
import { countMeans, nameOfOwn } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { requireId } from "@/lib/usecases/subscription-access";

/** Acts that have a request of their own. */
export const ASKED_ELSEWHERE = ["client.issue", "client.prepare", "client.enrol", "client.resume", "client.extend", "client.rekey", "address.verify", "policy.relax", "user.reactivate", "billing.activate", "license.make", "warranty.transfer", "api-key.show", "api-key.rotate", "system.approve", "member.invite", "member.promote", "ownership.offer", "ownership.accept", "directory.token"] as const;

export type AccountAction = Exclude<StepUpAction, (typeof ASKED_ELSEWHERE)[number]>;

/** What an act on the account is done with; the account itself is its object unless it names another. */
interface Parameters {
  "identity.link": { provider: string };
  "identity.unlink": { identityId: string };
  "totp.add": { name: string };
  "totp.remove": { deviceId: string };
  "passkey.add": { name: string };
  "passkey.remove": { passkeyId: string };
  "recovery-codes.replace": object;
  "session.elevate": object;
  "address.change": { email: string };
  "password.set": object;
  "account.delete": object;
}

const onAccount = <A extends AccountAction>(action: A, actor: Pick<Actor, "userId">, parameters: Record<string, string> = {}): Act<A> => ({
  action,
  objectId: actor.userId,
  parameters,
});

const on = <A extends AccountAction>(action: A, objectId: string): Act<A> => ({ action, objectId: requireId(objectId), parameters: {} });

/** The one place that says what a proof for each act is bound to. @throws not_found, factor_name_invalid, bad_request */
export const ACCOUNT_ACTS: { [A in AccountAction]: (actor: Pick<Actor, "userId">, parameters: Parameters[A]) => Act<A> } = {
  "identity.link": (actor, { provider }) => onAccount("identity.link", actor, { provider: parseProviderId(provider) }),
  "identity.unlink": (_actor, { identityId }) => on("identity.unlink", identityId),
  "totp.add": (actor, { name }) => onAccount("totp.add", actor, { name: parseFactorName(name) }),
  "totp.remove": (_actor, { deviceId }) => on("totp.remove", deviceId),
  "passkey.add": (actor, { name }) => onAccount("passkey.add", actor, { name: parseFactorName(name) }),
  "passkey.remove": (_actor, { passkeyId }) => on("passkey.remove", passkeyId),
  "recovery-codes.replace": (actor) => onAccount("recovery-codes.replace", actor),
  "session.elevate": (actor) => onAccount("session.elevate", actor),
  "address.change": (actor, { email }) => onAccount("address.change", actor, { email: parseEmailAddress(email) }),
  "password.set": (actor) => onAccount("password.set", actor),
  "account.delete": (actor) => onAccount("account.delete", actor),
};

function parseProviderId(text: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,39}$/.test(text)) throw new PortcullisError("bad_request", "There is no such sign-in provider.", { field: "provider" });
  return text;
}

/** What a request for a proof names. */
export interface AskedAct {
  action: AccountAction;
  /** For acts on one of several: the factor's or the identity's id. */
  objectId: string | null;
  parameters: Record<string, string>;
}

/**
 * The act that is asked about, and its words.
 *
 * @throws not_found when the object isn't the actor's own; factor_name_invalid, bad_request
 */
export async function describeAct(ports: Pick<Ports, "config">, tx: Tx, actor: Actor, asked: AskedAct): Promise<{ act: Act; text: ChallengeText }> {
  const { action, parameters } = asked;
  const objectId = asked.objectId ?? "";
  const account = { label: "Account", value: actor.email };
  const say = (act: Act, words: string, details: ChallengeText["details"]): { act: Act; text: ChallengeText } => ({ act, text: { act: words, details: [...details, account] } });
  switch (action) {
    case "identity.link": {
      const act = ACCOUNT_ACTS[action](actor, { provider: parameters.provider ?? "" });
      const name = ports.config.providers.find(({ id }) => id === act.parameters.provider)?.name;
      if (name === undefined) throw new PortcullisError("bad_request", "There is no such sign-in provider.", { field: "provider" });
      return say(act, `add ${name} as a way to sign in`, [{ label: "Provider", value: name }]);
    }
    case "identity.unlink": {
      const act = ACCOUNT_ACTS[action](actor, { identityId: objectId });
      const name = await own(tx, actor, "identity", objectId);
      return say(act, `remove ${name} as a way to sign in`, [{ label: "Sign-in", value: name }]);
    }
    case "totp.add": {
      const act = ACCOUNT_ACTS[action](actor, { name: parameters.name ?? "" });
      return say(act, `add the authenticator app “${act.parameters.name}”`, [{ label: "Authenticator app", value: String(act.parameters.name) }]);
    }
    case "totp.remove": {
      const act = ACCOUNT_ACTS[action](actor, { deviceId: objectId });
      const name = await own(tx, actor, "totp", objectId);
      return say(act, `remove the authenticator app “${name}”`, [{ label: "Authenticator app", value: name }, ...(await whatRemovingMeans(tx, actor))]);
    }
    case "passkey.add": {
      const act = ACCOUNT_ACTS[action](actor, { name: parameters.name ?? "" });
      return say(act, `add the passkey “${act.parameters.name}”`, [{ label: "Passkey", value: String(act.parameters.name) }]);
    }
    case "passkey.remove": {
      const act = ACCOUNT_ACTS[action](actor, { passkeyId: objectId });
      const name = await own(tx, actor, "passkey", objectId);
      return say(act, `remove the passkey “${name}”`, [{ label: "Passkey", value: name }, ...(await whatRemovingMeans(tx, actor))]);
    }
    case "recovery-codes.replace":
      return say(ACCOUNT_ACTS[action](actor, {}), "make new recovery codes", [{ label: "What this means", value: `You get ${RECOVERY_CODES} new ones; older ones stop working.` }]);
    case "session.elevate":
      return say(ACCOUNT_ACTS[action](actor, {}), "confirm this session with a second factor", []);
    case "address.change": {
      const act = ACCOUNT_ACTS[action](actor, { email: parameters.email ?? "" });
      return say(act, `change your e-mail address to ${act.parameters.email}`, [{ label: "New address", value: String(act.parameters.email) }]);
    }
    case "password.set":
      return say(ACCOUNT_ACTS[action](actor, {}), "set a new password", []);
    case "account.delete":
      return say(ACCOUNT_ACTS[action](actor, {}), "delete your account", [{ label: "What this means", value: "Your clients are revoked, and your account is gone for good." }]);
  }
}

async function own(tx: Tx, actor: Actor, kind: "totp" | "passkey" | "identity", id: string): Promise<string> {
  const name = await nameOfOwn(tx, actor.userId, kind, id);
  if (name === null) throw notFound();
  return name;
}

/** What removing the last second factor means. */
export const LAST_FACTOR_MEANS =
  "This is your last second factor. Without it your mailbox and your password or provider alone sign you in, your recovery codes stop working, and subscriptions that require two factors let you in only if your provider asks for two.";

async function whatRemovingMeans(tx: Tx, actor: Actor): Promise<ChallengeText["details"]> {
  const means = await countMeans(tx, actor.userId);
  return means.totp + means.passkeys === 1 ? [{ label: "What this means", value: LAST_FACTOR_MEANS }] : [];
}
