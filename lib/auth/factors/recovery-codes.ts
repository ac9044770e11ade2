import type { RequestSource } from "@/lib/auth/actor";
import { hashRecoveryCode, makeRecoveryCode, parseRecoveryCode, RECOVERY_CODES } from "@/lib/core/recovery-codes";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { countRecoveryCodes, markRecoveryCodeUsed, readOwner } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { tellOwner } from "@/lib/auth/notices";

export interface NewRecoveryCodes {
  /** To show once. */
  codes: string[];
  /** To keep. */
  rows: { id: string; codeHash: Uint8Array<ArrayBuffer> }[];
}

export function makeRecoveryCodes(ports: Ports, userId: string): NewRecoveryCodes {
  const codes = new Set<string>();
  while (codes.size < RECOVERY_CODES) codes.add(makeRecoveryCode(ports.randomBytes));
  const key = ports.config.deriveKey("recovery code");
  return { codes: [...codes], rows: [...codes].map((code) => ({ id: ports.newId(), codeHash: hashRecoveryCode(key, userId, code) })) };
}

/**
 * Uses a recovery code up: of any number of requests at once with the same code, one gets `ok`. It is noted in the person's log and mailed
 * to them in this transaction, whatever it was used for.
 *
 * @param source where it was used; for the mail
 * @returns left: how many remain
 */
export async function spendRecoveryCode(ports: Ports, tx: Tx, userId: string, code: string, source: RequestSource | null = null): Promise<{ ok: boolean; left: number }> {
  const parsed = parseRecoveryCode(code);
  const now = ports.clock.now();
  const ok = parsed !== null && (await markRecoveryCodeUsed(tx, userId, hashRecoveryCode(ports.config.deriveKey("recovery code"), userId, parsed), now));
  const left = await countRecoveryCodes(tx, userId);
  if (!ok) return { ok, left };
  const owner = await readOwner(tx, userId);
  await tellOwner(ports, tx, owner, { template: "recovery-code-used", left }, source);
  await appendAudit(tx, [
    {
      chain: userId,
      at: now,
      action: "recovery_code.used",
      actor: { kind: "user", id: userId, label: owner.email ?? owner.name, operator: false },
      subject: { kind: "user", id: userId },
      sourceAddress: source?.address ?? null,
      data: { left },
    },
  ]);
  return { ok, left };
}
