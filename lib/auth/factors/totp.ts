/** Authenticator apps: making their secrets, and checking their codes under the lock that makes a code work once. */
import { checkTotp, describeDrift, parseTotpCode, TOTP_SECRET_BYTES, totpKeyText, totpUri, type TotpOutcome, type TotpSettings } from "@/lib/core/totp";
import type { Tx } from "@/lib/db/client";
import { lockTotpDevices, noteTotpUse, refuseTotpStep, type TotpRow } from "@/lib/db/factors";
import type { Ports } from "@/lib/ports";
import { seal, unseal, type Sealed } from "@/lib/auth/sealing";

/** What a device's secret is sealed for. */
export const totpPlace = (device: { id: string; userId: string }): string => `totp ${device.id} of ${device.userId}`;

export interface NewTotpSecret {
  sealed: Sealed;
  settings: TotpSettings;
  /** Base32, for typing. Shown once. */
  secret: string;
  /** For the QR code. */
  uri: string;
}

/** @param email what the app lists the account under */
export function makeTotpSecret(ports: Ports, device: { id: string; userId: string }, email: string): NewTotpSecret {
  const secret = ports.randomBytes(TOTP_SECRET_BYTES);
  const settings = ports.config.totp;
  return {
    sealed: seal(ports.config.keyring, ports.randomBytes, totpPlace(device), secret),
    settings,
    secret: totpKeyText(secret),
    uri: totpUri(secret, settings, `Portcullis ${ports.config.url.hostname}`, email),
  };
}

export type TotpVerdict = { ok: true; deviceId: string; driftSeconds: number } | { ok: false; hint: string | null };

/**
 * Checks a code against all of a person's confirmed devices. A right one is noted as used in this transaction, and counts once: of any
 * number at once, one gets `ok`. A wrong one changes nothing that lets another in; the caller takes a try.
 *
 * @returns hint: what to tell the person besides "wrong", null when there is nothing
 */
export const verifyTotp = (ports: Ports, tx: Tx, userId: string, code: string): Promise<TotpVerdict> => verifyOn(ports, tx, userId, null, code);

/** The same for one device that is not confirmed yet. */
export const verifyNewTotp = (ports: Ports, tx: Tx, userId: string, deviceId: string, code: string): Promise<TotpVerdict> => verifyOn(ports, tx, userId, deviceId, code);

async function verifyOn(ports: Ports, tx: Tx, userId: string, deviceId: string | null, code: string): Promise<TotpVerdict> {
  const now = ports.clock.now();
  const devices = await lockTotpDevices(tx, userId, deviceId);
  const digits = parseTotpCode(code);
  if (digits === null || !devices.some((device) => device.digits === digits.length)) return { ok: false, hint: hintOfLength(devices) };
  const outcomes = devices.map((device) => ({ device, outcome: check(ports, device, digits, now) }));
  for (const { device, outcome } of outcomes) {
    if (outcome.kind !== "accepted") continue;
    await noteTotpUse(tx, device.id, { step: outcome.step, driftSteps: outcome.driftSteps, now });
    return { ok: true, deviceId: device.id, driftSeconds: outcome.driftSeconds };
  }
  for (const { device, outcome } of outcomes) {
    // A hint tells that the code is right for a time to come: without this, a guess would be worth keeping until then.
    if (outcome.kind === "drifted" && outcome.driftSeconds < 0) await refuseTotpStep(tx, device.id, outcome.step);
  }
  return { ok: false, hint: hintOf(outcomes.map(({ outcome }) => outcome)) };
}

function check(ports: Ports, device: TotpRow, code: string, now: Date): TotpOutcome {
  const secret = unseal(ports.config.keyring, totpPlace(device), { bytes: device.sealedSecret, keyVersion: device.keyVersion });
  const state = { lastStep: device.lastStep === null ? null : Number(device.lastStep), refusedStep: device.refusedStep === null ? null : Number(device.refusedStep) };
  // The database's constraint holds them to these values.
  const settings = { digits: device.digits, periodSeconds: device.periodSeconds, window: device.window } as TotpSettings;
  return checkTotp(secret, settings, state, code, now);
}

function hintOf(outcomes: TotpOutcome[]): string | null {
  if (outcomes.some(({ kind }) => kind === "used")) return "This code was used already: wait for the next one.";
  for (const outcome of outcomes) {
    if (outcome.kind === "drifted") return `Your phone's clock is ${describeDrift(outcome.driftSeconds)}: set it to automatic time.`;
  }
  return null;
}

function hintOfLength(devices: TotpRow[]): string | null {
  const lengths = [...new Set(devices.map(({ digits }) => digits))].sort();
  return lengths.length === 0 ? null : `Codes of your app have ${lengths.join(" or ")} digits.`;
}
