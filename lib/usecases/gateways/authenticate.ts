/** Which gateway a credential stands for, through its replacement: the next one takes over at its first use, and the one before dies then. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { type CredentialOwner, findByCredential, noteRetiredUse, promoteCredential } from "@/lib/db/gateway-credentials";
import type { GatewayIdentity } from "@/lib/db/gateways";
import { queueMail } from "@/lib/db/outbox";
import { operatorsOf } from "@/lib/db/users";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { together } from "./together";

/** Every credential is replaced when it is so old: one that leaked unnoticed is worth nothing after that. */
const CREDENTIAL_LIFETIME_MS = 30 * 24 * 3_600_000;
/** Requests that were on their way when the next one took over. */
const OVERLAP_MS = 60_000;
/** Operators are told once in such a time, however often somebody tries. */
const QUIET_MS = 3_600_000;
/** So long a credential that was replaced is remembered, to notice who has a copy. */
const REMEMBER_MS = 365 * 24 * 3_600_000;

export interface AuthenticatedGateway extends GatewayIdentity {
  /** The latest of what it is to hold, as it was when the credential was looked up; null: not known. */
  revision: number | null;
  /** The agent is to make another credential. */
  rotationDue: boolean;
  /** Of the credential that it authenticated with. */
  credentialHash: Uint8Array<ArrayBuffer>;
}

/** @throws gateway_unauthenticated: one answer for a credential that never was, was cut off, or was replaced */
export async function authenticateGateway(ports: Ports, credential: string | undefined, sourceAddress: string | null): Promise<AuthenticatedGateway> {
  const hash = credential === undefined ? null : tokenHashOf(credential);
  if (hash === null) throw unknown();
  const now = ports.clock.now();
  const current = await together(ports.db).owners.ask(hash);
  if (current) return { id: current.id, name: current.name, revision: current.revision, rotationDue: isDue(current, now), credentialHash: hash };
  const owner = await findByCredential(ports.db.read, hash);
  if (!owner) throw unknown();
  if (owner.which === "next") await promote(ports, owner, hash, now, sourceAddress);
  if (owner.which === "old" || (owner.which === "retired" && now.getTime() - (owner.retiredAt?.getTime() ?? 0) > OVERLAP_MS)) {
    await alert(ports, owner, now, sourceAddress);
    throw unknown();
  }
  return { id: owner.id, name: owner.name, revision: null, rotationDue: owner.which === "current" && isDue(owner, now), credentialHash: hash };
}

const isDue = ({ madeAt, rotationAskedAt }: Pick<CredentialOwner, "madeAt" | "rotationAskedAt">, now: Date): boolean =>
  madeAt !== null && (now.getTime() - madeAt.getTime() >= CREDENTIAL_LIFETIME_MS || rotationAskedAt !== null);

async function promote(ports: Ports, { id, name }: CredentialOwner, hash: Uint8Array<ArrayBuffer>, now: Date, sourceAddress: string | null): Promise<void> {
  await ports.db.transaction(async (tx) => {
    if (!(await promoteCredential(tx, id, hash, { now, forgetBefore: new Date(now.getTime() - REMEMBER_MS) }))) return;
    await appendAudit(tx, [
      { chain: id, at: now, action: "gateway.credential_rotated", actor: { kind: "gateway", id, label: `gateway ${name}`, operator: false }, subject: { kind: "gateway", id }, sourceAddress, data: { name } },
    ]);
  });
}

/** Who has the old credential has a copy of it, or of the gateway's disk. */
async function alert(ports: Ports, { id, name }: CredentialOwner, now: Date, sourceAddress: string | null): Promise<void> {
  await ports.db.transaction(async (tx) => {
    if (!(await noteRetiredUse(tx, id, now, new Date(now.getTime() - QUIET_MS)))) return;
    for (const recipient of await operatorsOf(tx, ports.config.operators)) {
      await queueMail(tx, {
        id: ports.newId(),
        recipient,
        now,
        content: { template: "gateway-old-credential", gatewayName: name, sourceAddress: sourceAddress ?? "not known", at: iso(now), url: new URL("/operator/gateways", ports.config.url).href },
      });
    }
    await appendAudit(tx, [{ chain: id, at: now, action: "gateway.old_credential_used", actor: PORTAL_ACTOR, subject: { kind: "gateway", id }, sourceAddress, data: { name } }]);
  });
}

const unknown = (): PortcullisError => new PortcullisError("gateway_unauthenticated", "This gateway is not known here, or was cut off. An operator can enrol it with a new token.");
