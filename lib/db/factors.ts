/** Second factors as stored: authenticator apps, passkeys, recovery codes. What adds one asks for the proof that was made for it. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { StepUpMeans } from "@/lib/core/policy";
import { violatedUnique, type Tx } from "./client";

/** Holds the account's row until the transaction ends: what decides by the person's factors, and what changes them, take turns. */
export async function lockUser(tx: Tx, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
}

export interface FactorRows {
  /** Oldest first, confirmed ones alone. driftSeconds: how far the app's clock was behind when last used (negative: ahead). */
  totp: { id: string; name: string; createdAt: Date; lastUsedAt: Date | null; driftSeconds: number }[];
  passkeys: { id: string; name: string; createdAt: Date; lastUsedAt: Date | null; backedUp: boolean }[];
  recoveryCodesLeft: number;
  password: boolean;
  identities: number;
}

export async function readFactors(tx: Tx, userId: string): Promise<FactorRows> {
  const select = { id: true, name: true, createdAt: true, lastUsedAt: true };
  const orderBy = [{ createdAt: "asc" as const }, { id: "asc" as const }];
  // One after the other: a transaction has one connection.
  const totp = await tx.totpDevice.findMany({ where: { userId, confirmedAt: { not: null } }, select: { ...select, driftSteps: true, periodSeconds: true }, orderBy });
  const passkeys = await tx.passkey.findMany({ where: { userId }, select: { ...select, backedUp: true }, orderBy });
  return {
    totp: totp.map(({ driftSteps, periodSeconds, ...device }) => ({ ...device, driftSeconds: driftSteps * periodSeconds })),
    passkeys,
    recoveryCodesLeft: await tx.recoveryCode.count({ where: { userId, usedAt: null } }),
    password: (await tx.password.count({ where: { userId } })) > 0,
    identities: await tx.identity.count({ where: { userId } }),
  };
}

/** How many of each factor count now. @param freshIssuers providers that a fresh sign-in counts from */
export async function countMeans(tx: Tx, userId: string, freshIssuers: readonly string[] = []): Promise<StepUpMeans> {
  const [row] = await tx.$queryRaw<StepUpMeans[]>`
    SELECT (SELECT count(*)::int FROM passkeys WHERE user_id = ${userId}::uuid) AS passkeys,
      (SELECT count(*)::int FROM totp_devices WHERE user_id = ${userId}::uuid AND confirmed_at IS NOT NULL) AS totp,
      (SELECT count(*)::int FROM recovery_codes WHERE user_id = ${userId}::uuid AND used_at IS NULL) AS "recoveryCodes",
      (SELECT count(*)::int FROM identities WHERE user_id = ${userId}::uuid AND rtrim(provider, '/') = ANY(${[...freshIssuers]}::text[])) AS "freshSignIns"`;
  return row ?? { passkeys: 0, totp: 0, recoveryCodes: 0, freshSignIns: 0 };
}

/** From now on the session counts as one with two factors. */
export async function markTwoFactor(tx: Tx, sessionId: string): Promise<void> {
  await tx.session.updateMany({ where: { id: sessionId, twoFactor: false }, data: { twoFactor: true } });
}

export interface TotpRow {
  id: string;
  userId: string;
  name: string;
  sealedSecret: Uint8Array;
  keyVersion: number;
  digits: number;
  periodSeconds: number;
  window: number;
  lastStep: bigint | null;
  refusedStep: bigint | null;
  createdAt: Date;
  confirmedAt: Date | null;
}

/** Locks the rows until the transaction ends, so that a code is accepted once. @param deviceId one alone; null: all confirmed ones */
export async function lockTotpDevices(tx: Tx, userId: string, deviceId: string | null): Promise<TotpRow[]> {
  return tx.$queryRaw<TotpRow[]>`
    SELECT id, user_id AS "userId", name, sealed_secret AS "sealedSecret", key_version AS "keyVersion", digits, period_seconds AS "periodSeconds", "window",
      last_step AS "lastStep", refused_step AS "refusedStep", created_at AS "createdAt", confirmed_at AS "confirmedAt"
    FROM totp_devices
    WHERE user_id = ${userId}::uuid AND (id = ${deviceId}::uuid OR (${deviceId}::uuid IS NULL AND confirmed_at IS NOT NULL))
    ORDER BY id FOR UPDATE`;
}

export interface NewTotpDevice {
  id: string;
  userId: string;
  name: string;
  sealedSecret: Uint8Array<ArrayBuffer>;
  keyVersion: number;
  digits: number;
  periodSeconds: number;
  window: number;
  now: Date;
}

/** Not confirmed yet: counts for nothing. Drops others that the person began and never confirmed. */
export async function insertTotpDevice(tx: Tx, _proof: VerifiedProof<"totp.add">, { now, ...device }: NewTotpDevice): Promise<void> {
  await tx.totpDevice.deleteMany({ where: { userId: device.userId, confirmedAt: null } });
  await tx.totpDevice.create({ data: { ...device, createdAt: now } });
}

export async function markTotpConfirmed(tx: Tx, _proof: VerifiedProof<"totp.add">, deviceId: string, now: Date): Promise<void> {
  await tx.totpDevice.update({ where: { id: deviceId }, data: { confirmedAt: now } });
}

export async function noteTotpUse(tx: Tx, deviceId: string, use: { step: number; driftSteps: number; now: Date }): Promise<void> {
  await tx.totpDevice.update({ where: { id: deviceId }, data: { lastStep: BigInt(use.step), driftSteps: use.driftSteps, lastUsedAt: use.now } });
}

export async function refuseTotpStep(tx: Tx, deviceId: string, step: number): Promise<void> {
  await tx.totpDevice.update({ where: { id: deviceId }, data: { refusedStep: BigInt(step) } });
}

export async function renameTotpDevice(tx: Tx, userId: string, id: string, name: string): Promise<boolean> {
  return (await tx.totpDevice.updateMany({ where: { id, userId, confirmedAt: { not: null } }, data: { name } })).count === 1;
}

export async function deleteTotpDevice(tx: Tx, _proof: VerifiedProof<"totp.remove">, userId: string, id: string): Promise<boolean> {
  return (await tx.totpDevice.deleteMany({ where: { id, userId } })).count === 1;
}

/** Devices sealed with another key than this version, locked. */
export async function lockTotpNotSealedWith(tx: Tx, keyVersion: number, limit: number): Promise<Pick<TotpRow, "id" | "userId" | "sealedSecret" | "keyVersion">[]> {
  return tx.$queryRaw`
    SELECT id, user_id AS "userId", sealed_secret AS "sealedSecret", key_version AS "keyVersion" FROM totp_devices
    WHERE key_version <> ${keyVersion} ORDER BY id LIMIT ${limit} FOR UPDATE`;
}

export async function resealTotp(tx: Tx, id: string, sealedSecret: Uint8Array<ArrayBuffer>, keyVersion: number): Promise<void> {
  await tx.totpDevice.update({ where: { id }, data: { sealedSecret, keyVersion } });
}

type AddsTwoFactor = VerifiedProof<"recovery-codes.replace"> | VerifiedProof<"totp.add"> | VerifiedProof<"passkey.add">;

/** Makes the old ones worthless. */
export async function replaceRecoveryCodes(tx: Tx, _proof: AddsTwoFactor, userId: string, codes: { id: string; codeHash: Uint8Array<ArrayBuffer> }[], now: Date): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({ data: codes.map((code) => ({ ...code, userId, createdAt: now })) });
}

/** @returns whether this call used it up: of any number at once, one does */
export async function markRecoveryCodeUsed(tx: Tx, userId: string, codeHash: Uint8Array<ArrayBuffer>, now: Date): Promise<boolean> {
  return (await tx.recoveryCode.updateMany({ where: { userId, codeHash, usedAt: null }, data: { usedAt: now } })).count === 1;
}

export async function countRecoveryCodes(tx: Tx, userId: string): Promise<number> {
  return tx.recoveryCode.count({ where: { userId, usedAt: null } });
}

export async function deleteRecoveryCodes(tx: Tx, userId: string): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { userId } });
}

export interface PasskeyRow {
  id: string;
  userId: string;
  credentialId: Uint8Array;
  publicKey: Uint8Array;
  counter: bigint;
  transports: string[];
}

/** By the authenticator's id for it, locked until the transaction ends. Those of deactivated accounts are not found. */
export async function lockPasskey(tx: Tx, credentialId: Uint8Array<ArrayBuffer>): Promise<PasskeyRow | null> {
  const [row] = await tx.$queryRaw<PasskeyRow[]>`
    SELECT p.id, p.user_id AS "userId", p.credential_id AS "credentialId", p.public_key AS "publicKey", p.counter, p.transports
    FROM passkeys p JOIN users u ON u.id = p.user_id WHERE p.credential_id = ${credentialId} AND u.deactivated_at IS NULL FOR UPDATE OF p`;
  return row ?? null;
}

export async function listCredentials(tx: Tx, userId: string): Promise<{ credentialId: Uint8Array; transports: string[] }[]> {
  return tx.passkey.findMany({ where: { userId }, select: { credentialId: true, transports: true }, orderBy: { createdAt: "asc" } });
}

export async function notePasskeyUse(tx: Tx, id: string, use: { counter: number; backedUp: boolean; now: Date }): Promise<void> {
  await tx.passkey.update({ where: { id }, data: { counter: BigInt(use.counter), backedUp: use.backedUp, lastUsedAt: use.now } });
}

export interface NewPasskey {
  id: string;
  userId: string;
  name: string;
  credentialId: Uint8Array<ArrayBuffer>;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: bigint;
  transports: string[];
  backedUp: boolean;
  createdAt: Date;
}

/** @returns false when this credential is registered already; the transaction can then only be rolled back */
export async function insertPasskey(tx: Tx, _proof: VerifiedProof<"passkey.add">, passkey: NewPasskey): Promise<boolean> {
  try {
    await tx.passkey.create({ data: passkey });
    return true;
  } catch (error) {
    if (violatedUnique(error)?.includes("credential_id")) return false;
    throw error;
  }
}

export async function renamePasskey(tx: Tx, userId: string, id: string, name: string): Promise<boolean> {
  return (await tx.passkey.updateMany({ where: { id, userId }, data: { name } })).count === 1;
}

export async function deletePasskey(tx: Tx, _proof: VerifiedProof<"passkey.remove">, userId: string, id: string): Promise<boolean> {
  return (await tx.passkey.deleteMany({ where: { id, userId } })).count === 1;
}

/** What its owner calls a factor or an identity; null when it isn't this person's. */
export async function nameOfOwn(tx: Tx, userId: string, kind: "totp" | "passkey" | "identity", id: string): Promise<string | null> {
  if (kind === "totp") return (await tx.totpDevice.findFirst({ where: { id, userId, confirmedAt: { not: null } }, select: { name: true } }))?.name ?? null;
  if (kind === "passkey") return (await tx.passkey.findFirst({ where: { id, userId }, select: { name: true } }))?.name ?? null;
  const identity = await tx.identity.findFirst({ where: { id, userId }, select: { provider: true, email: true } });
  return identity && (identity.email === null ? identity.provider : `${identity.provider} (${identity.email})`);
}

export interface AccountOwner {
  userId: string;
  email: string | null;
  name: string;
}

export async function readOwner(tx: Tx, userId: string): Promise<AccountOwner> {
  const { id, email, name } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { id: true, email: true, name: true } });
  return { userId: id, email, name };
}
