/** Connecting a company's directory: a token, shown once, by which it says over SCIM who is in the subscription. Making one takes a proof; disconnecting doesn't. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { newToken, tokenHashOf } from "@/lib/auth/tokens";
import { endingOf } from "@/lib/core/api-key";
import { appendAudit } from "@/lib/db/audit";
import { deleteDirectoryToken, findDirectory, putDirectoryToken } from "@/lib/db/directory";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { DirectoryView, MadeDirectoryView } from "@/lib/usecases/members-view";
import { lockMembers, membersUrl } from "@/lib/usecases/members/manage";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";

const tokenAct = (subscriptionId: string): Act<"directory.token"> => ({ action: "directory.token", objectId: subscriptionId, parameters: {} });

/** What is typed into the directory as its base URL, or tenant URL. */
export const directoryUrl = (ports: Pick<Ports, "config">, subscriptionId: string): string => new URL(`/api/scim/v2/${subscriptionId}`, ports.config.url).href;

/** @throws not_found, forbidden, two_factor_required, sign_in_again */
export async function viewDirectory(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<DirectoryView> {
  const { id } = await requireAccess(ports.db.read, actor, input.subscriptionId, "directory.manage");
  const row = await findDirectory(ports.db.read, id);
  return { url: directoryUrl(ports, id), token: row && { ending: row.ending, createdAt: iso(row.createdAt), lastUsedAt: isoOrNull(row.lastUsedAt), madeByEmail: row.madeByEmail } };
}

/** @throws not_found, forbidden, two_factor_required, sign_in_again, step_up_too_many */
export async function requestDirectoryToken(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "directory.manage");
    const replaces = (await findDirectory(tx, access.id)) !== null;
    const text = {
      act: `make ${replaces ? "another" : "a"} token for the directory of ${access.name}`,
      details: [
        { label: "Subscription", value: access.name },
        { label: "What this means", value: `Whoever has the token can invite members, turn them off and on, and remove them; not owners.${replaces ? " The token before it stops working at once." : ""}` },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, tokenAct(access.id), actor.email, text));
  });
}

/** The token before it opens nothing from the commit on. @throws not_found, forbidden, two_factor_required, sign_in_again, step_up_* */
export async function makeDirectoryToken(ports: Ports, actor: Actor, input: { subscriptionId: string }, proof: PresentedProof): Promise<MadeDirectoryView> {
  const token = `pcs_${newToken(ports)}`;
  const [tokenHash, ending] = [tokenHashOf(token), endingOf(token)];
  const { subscriptionId } = await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, input.subscriptionId, "directory.manage");
      return { access, act: tokenAct(access.id) };
    },
    async (tx, verified, { access }) => {
      const now = ports.clock.now();
      const replaced = (await findDirectory(tx, access.id)) !== null;
      await putDirectoryToken(tx, verified, { subscriptionId: access.id, tokenHash, ending, madeById: actor.userId, createdAt: now });
      for (const recipient of await managersOf(tx, access.id)) {
        await queueMail(tx, { id: ports.newId(), recipient, now, content: { template: "directory-token-made", subscriptionName: access.name, byEmail: actor.email, replaced, at: iso(now), url: membersUrl(ports, access.id) } });
      }
      await appendAudit(tx, [
        { chain: access.id, at: now, action: "directory.token_made", actor: auditActor(actor), subject: { kind: "subscription", id: access.id }, sourceAddress: actor.source.address, data: { ending, replaced, proof: FACTOR_WORDS[verified.factor] } },
      ]);
      return { subscriptionId: access.id };
    },
  );
  return { ...(await viewDirectory(ports, actor, { subscriptionId })), made: token };
}

/** Members stay what they are: those that it turned off, too. Doing it twice changes nothing. @throws not_found, forbidden, two_factor_required, sign_in_again */
export async function disconnectDirectory(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<DirectoryView> {
  await ports.db.transaction(async (tx) => {
    const access = await lockMembers(tx, actor, input.subscriptionId, "directory.manage");
    if (!(await deleteDirectoryToken(tx, access.id))) return;
    await appendAudit(tx, [
      { chain: access.id, at: ports.clock.now(), action: "directory.disconnected", actor: auditActor(actor), subject: { kind: "subscription", id: access.id }, sourceAddress: actor.source.address, data: {} },
    ]);
  });
  return viewDirectory(ports, actor, input);
}
