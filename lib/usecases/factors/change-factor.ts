/** Renaming and removing authenticator apps and passkeys. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { factorsOf, hasSecondFactor } from "@/lib/auth/factors/factors-of";
import { tellOwner } from "@/lib/auth/notices";
import { wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import type { AuditAction } from "@/lib/core/audit-actions";
import { notFound } from "@/lib/core/errors";
import { parseFactorName } from "@/lib/core/factor-name";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { deletePasskey, deleteRecoveryCodes, deleteTotpDevice, nameOfOwn, renamePasskey, renameTotpDevice } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { requireWayIn } from "@/lib/usecases/account/way-in";
import { ACCOUNT_ACTS, LAST_FACTOR_MEANS } from "@/lib/usecases/step-up/account-acts";
import { requireId } from "@/lib/usecases/subscription-access";
import type { RemovedFactorView } from "@/lib/usecases/views";

type Kind = "totp" | "passkey";

/** A name opens nothing, so it takes no proof. @throws factor_name_invalid, not_found */
export async function renameFactor(ports: Ports, actor: Actor, kind: Kind, input: { id: string; name: string }): Promise<{ id: string; name: string }> {
  const id = requireId(input.id);
  const name = parseFactorName(input.name);
  const rename = kind === "totp" ? renameTotpDevice : renamePasskey;
  await ports.db.transaction(async (tx) => {
    const before = await nameOfOwn(tx, actor.userId, kind, id);
    if (before === null || !(await rename(tx, actor.userId, id, name))) throw notFound();
    await note(ports, tx, actor, `${kind}.renamed`, { kind, id }, { name, before });
  });
  return { id, name };
}

/** @throws not_found, step_up_* */
export async function removeTotp(ports: Ports, actor: Actor, input: { id: string }, proof: PresentedProof): Promise<RemovedFactorView> {
  return wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => ({ act: ACCOUNT_ACTS["totp.remove"](actor, { deviceId: input.id }), name: await ownName(tx, actor, "totp", input.id) }),
    async (tx, verified, { name }) => {
      if (!(await deleteTotpDevice(tx, verified, actor.userId, input.id))) throw notFound();
      return removed(ports, tx, actor, "totp", input.id, name);
    },
  );
}

/** @throws not_found, step_up_*, last_factor when nothing else signs the person in */
export async function removePasskey(ports: Ports, actor: Actor, input: { id: string }, proof: PresentedProof): Promise<RemovedFactorView> {
  return wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => ({ act: ACCOUNT_ACTS["passkey.remove"](actor, { passkeyId: input.id }), name: await ownName(tx, actor, "passkey", input.id) }),
    async (tx, verified, { name }) => {
      if (!(await deletePasskey(tx, verified, actor.userId, input.id))) throw notFound();
      await requireWayIn(ports, tx, actor.userId);
      return removed(ports, tx, actor, "passkey", input.id, name);
    },
  );
}

async function ownName(tx: Tx, actor: Actor, kind: Kind, id: string): Promise<string> {
  const name = await nameOfOwn(tx, actor.userId, kind, requireId(id));
  if (name === null) throw notFound();
  return name;
}

async function removed(ports: Ports, tx: Tx, actor: Actor, kind: Kind, id: string, name: string): Promise<RemovedFactorView> {
  const last = !hasSecondFactor(await factorsOf(tx, actor.userId));
  // They stand in for a second factor; without one they would be a password of its own.
  if (last) await deleteRecoveryCodes(tx, actor.userId);
  await tellOwner(ports, tx, actor, { template: "factor-removed", factor: kind === "totp" ? "authenticator app" : "passkey", name, last }, actor.source);
  await note(ports, tx, actor, `${kind}.removed`, { kind, id }, { name, last });
  return { id, last, meaning: last ? LAST_FACTOR_MEANS : null };
}

const note = (ports: Ports, tx: Tx, actor: Actor, action: AuditAction, subject: { kind: string; id: string }, data: Record<string, string | boolean>): Promise<void> =>
  appendAudit(tx, [{ chain: actor.userId, at: ports.clock.now(), action, actor: auditActor(actor), subject, sourceAddress: actor.source.address, data }]);
