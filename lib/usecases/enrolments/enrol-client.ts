/** Adding a client that was prepared: by its link, for who it was prepared for, with a proof and a key of their own browser. Looking spends nothing. */
import type { Actor } from "@/lib/auth/actor";
import { requestProof, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { tokenHashOf } from "@/lib/auth/tokens";
import { cappedExpiry } from "@/lib/core/client-expiry";
import { maskEmailAddress, parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { isId, isToken } from "@/lib/core/ids";
import { parsePublicKey } from "@/lib/core/keys";
import { parseNickname } from "@/lib/core/nickname";
import { can } from "@/lib/core/policy";
import { parseSealedKey } from "@/lib/core/sealed-key";
import type { Role } from "@/lib/core/vocabulary";
import type { Tx } from "@/lib/db/client";
import { countClientsOfOwner, findClient, findClientByChallenge } from "@/lib/db/clients";
import { findEnrolmentByToken, spendEnrolment, type EnrolmentRow } from "@/lib/db/enrolments";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { addPersonsClient } from "@/lib/usecases/add-persons-client";
import { clientUrl } from "@/lib/usecases/client-access";
import { clientEnrolAct, instantText } from "@/lib/usecases/client-acts";
import type { EnrolmentOfferView } from "@/lib/usecases/enrolments-view";
import { configurationOf } from "@/lib/usecases/issue-client";
import { requireMemberRoom } from "@/lib/usecases/peer";
import { clientView, instanceView } from "@/lib/usecases/present";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireReadyInstance, sealToOf } from "@/lib/usecases/subscription-access";
import type { ClientChallengeView, IssuedClientView } from "@/lib/usecases/views";

interface TokenInput {
  token: string;
}

type Found = EnrolmentRow & { preparerRole: Role | null };

const over = (message: string): PortcullisError => new PortcullisError("link_invalid", message);

/** @throws link_invalid */
async function requireLink(tx: Tx, token: string): Promise<Found> {
  const row = isToken(token) ? await findEnrolmentByToken(tx, tokenHashOf(token)) : null;
  if (!row) throw over("This link opens nothing. If it was mailed again since, the link in the latest mail is the one that works.");
  return row;
}

const isFor = (row: Found, actor: Actor): boolean => row.userId === actor.userId;
const maskedAddressOf = ({ email }: Found): string => (email === null ? "another address" : maskEmailAddress(parseEmailAddress(email)));

/** @throws enrolment_not_yours, link_invalid saying why it waits no longer */
function requireWaiting(row: Found, actor: Actor, now: Date): void {
  if (!isFor(row, actor)) {
    throw new PortcullisError("enrolment_not_yours", `This link was mailed to ${maskedAddressOf(row)}, and you are signed in as ${actor.email}. Sign in with the address it was mailed to.`);
  }
  const { nickname, subscriptionName, preparedByEmail } = row;
  const [preparer, anew] = [preparedByEmail ?? "Who prepared it", "Ask for another if you need one."];
  if (row.ended === "used") throw over(`This link was used: “${nickname}” is among your clients. Its file can't be had again; replace its key there, or ask for another link.`);
  if (row.ended === "withdrawn") throw over(`“${nickname}” was withdrawn before you added it. ${anew}`);
  if (row.ended === "colleague_gone") throw over(`Since this was prepared, you left ${subscriptionName}, or your role in it changed. ${anew}`);
  if (row.ended === "preparer_gone" || row.preparerRole === null || !can(row.preparerRole, "client.prepare")) throw over(`${preparer} prepared this, and may no longer prepare clients in ${subscriptionName}. Ask its owner or an admin for another.`);
  if (row.expiresAt <= now) throw over(`This link was good until ${instantText(row.expiresAt)}. ${anew}`);
}

/** @param lock for adding it: neither the memberships nor the row's end can change then. @throws link_invalid, enrolment_not_yours, two_factor_required */
async function requireEnrolment(ports: Ports, tx: Tx, actor: Actor, { token }: TokenInput, lock = false): Promise<{ row: Found; access: SubscriptionAccess }> {
  const found = await requireLink(tx, token);
  requireWaiting(found, actor, ports.clock.now());
  const access = await requireAccess(tx, actor, found.subscriptionId, "client.issue", lock);
  // Whoever was removed or demoted while this waited for the lock took the link along.
  const row = lock ? await requireLink(tx, token) : found;
  requireWaiting(row, actor, ports.clock.now());
  return { row, access };
}

/** @throws link_invalid, two_factor_required */
export async function viewEnrolment(ports: Ports, actor: Actor, input: TokenInput): Promise<EnrolmentOfferView> {
  const { read } = ports.db;
  const found = await requireLink(read, input.token);
  if (!isFor(found, actor)) return { forYou: false, sentTo: maskedAddressOf(found) };
  const { row, access } = await requireEnrolment(ports, read, actor, input);
  const now = ports.clock.now();
  const most = access.limits.clientsPerMember;
  const used = most === null ? 0 : await countClientsOfOwner(read, access.id, actor.userId);
  const instance = access.instance && instanceView(access.instance, now);
  return {
    forYou: true,
    nickname: row.nickname,
    subscription: { id: access.id, name: access.name },
    instance: instance && { name: instance.name, url: instance.url },
    preparedByEmail: row.preparedByEmail ?? "",
    expiresAt: iso(row.expiresAt),
    endsAt: isoOrNull(cappedExpiry(row.clientEndsAt, now, access.maxClientDays)),
    hindrance: hindranceOf(() => {
      requireReadyInstance(access);
      requireMemberRoom(access, used);
    }),
    usage: most === null ? null : { used, most },
  };
}

function hindranceOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof PortcullisError) return error.message;
    throw error;
  }
}

/** Asks for the proof that adding it takes. @throws link_invalid, enrolment_not_yours, two_factor_required, subscription_inactive, instance_not_ready, member_limit_reached, step_up_too_many */
export async function requestEnrolment(ports: Ports, actor: Actor, input: TokenInput): Promise<ClientChallengeView> {
  return ports.db.transaction(async (tx) => {
    const { row, access } = await requireEnrolment(ports, tx, actor, input);
    const instance = requireReadyInstance(access);
    if (access.limits.clientsPerMember !== null) requireMemberRoom(access, await countClientsOfOwner(tx, access.id, actor.userId));
    const end = cappedExpiry(row.clientEndsAt, ports.clock.now(), access.maxClientDays);
    const challenge = await requestProof(ports, tx, actor, clientEnrolAct(row.id), actor.email, {
      act: `add the client “${row.nickname}” to ${instance.name}`,
      details: [
        { label: "Client", value: row.nickname },
        { label: "Instance", value: `${instance.name} (${access.name})` },
        { label: "Prepared by", value: row.preparedByEmail ?? "" },
        ...(end === null ? [] : [{ label: "Access ends", value: instantText(end) }]),
      ],
    });
    return { ...stepUpView(challenge), sealTo: sealToOf(instance) };
  });
}

export interface EnrolInput extends TokenInput {
  /** Base64; made where the private key stays. */
  publicKey: string;
  /** Base64 (lib/core/sealed-key), or null to go without a preshared key. */
  sealedPresharedKey: string | null;
}

/**
 * The client is the colleague's, with the name and until the end that were approved when it was prepared; never for longer than is
 * allowed by now. The same request sent again, because its answer was lost, gets the same answer.
 *
 * @throws public_key_invalid, sealed_key_invalid, link_invalid, enrolment_not_yours, two_factor_required, subscription_inactive, instance_not_ready, step_up_*,
 *   plan_limit_reached, member_limit_reached, subnet_full, public_key_in_use
 */
export async function enrolClient(ports: Ports, actor: Actor, input: EnrolInput, proof: PresentedProof): Promise<IssuedClientView> {
  const publicKey = parsePublicKey(input.publicKey);
  const sealedPresharedKey = input.sealedPresharedKey === null ? null : parseSealedKey(input.sealedPresharedKey);
  try {
    const { subscriptionId, clientId } = await wideningTransaction(
      ports,
      actor,
      proof,
      async (tx) => {
        const { row, access } = await requireEnrolment(ports, tx, actor, input, true);
        return { act: clientEnrolAct(row.id), row, access, instance: requireReadyInstance(access) };
      },
      async (tx, verified, { row, access, instance }) => {
        const now = ports.clock.now();
        if (!(await spendEnrolment(tx, verified, row.id, actor.userId, now))) {
          requireWaiting(await requireLink(tx, input.token), actor, now);
          throw over("This link waits no longer.");
        }
        const nickname = parseNickname(row.nickname);
        const expiresAt = cappedExpiry(row.clientEndsAt, now, access.maxClientDays);
        const id = await addPersonsClient(ports, tx, actor, verified, { access, instance, nickname, publicKey, sealedPresharedKey, expiresAt, prepared: { byEmail: row.preparedByEmail } });
        if (row.preparedByEmail !== null) {
          const url = clientUrl(ports, { id, subscriptionId: access.id });
          await queueMail(tx, { id: ports.newId(), recipient: row.preparedByEmail, now, content: { template: "client-enrolled", nickname, instanceName: instance.name, memberEmail: actor.email, at: iso(now), clientUrl: url } });
        }
        return { subscriptionId: access.id, clientId: id };
      },
    );
    return await answer(ports, actor, subscriptionId, clientId);
  } catch (error) {
    if (error instanceof PortcullisError && (error.code === "step_up_spent" || error.code === "link_invalid") && isId(proof.challengeId)) {
      const enrolled = await findClientByChallenge(ports.db.read, proof.challengeId, publicKey, actor);
      if (enrolled) return answer(ports, actor, enrolled.subscriptionId, enrolled.id);
    }
    throw error;
  }
}

/** @throws not_found, also when the client was revoked and its owner removed meanwhile */
async function answer(ports: Ports, actor: Actor, subscriptionId: string, clientId: string): Promise<IssuedClientView> {
  const access = await requireAccess(ports.db.read, actor, subscriptionId, "client.issue");
  const row = await findClient(ports.db.read, access.id, clientId, actor.userId);
  if (!row) throw new Error("The client that was just added is not there.");
  return { client: clientView(row, actor, access.standing, ports.clock.now()), configuration: configurationOf(requireReadyInstance(access), row, row.nickname) };
}
