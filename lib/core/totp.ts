/** Codes of authenticator apps: TOTP (RFC 6238) with HMAC-SHA-1, the one algorithm that every app knows. */
import { HOTP, Secret, TOTP } from "otpauth";

export interface TotpSettings {
  digits: 6 | 8;
  periodSeconds: 30 | 60;
  /** Time steps accepted before and after the present one. */
  window: 0 | 1 | 2;
}

/** 160 bits, as RFC 4226 (section 4, R6) recommends. */
export const TOTP_SECRET_BYTES = 20;

/** How far outside the window a code is still looked for, so that a phone whose clock is wrong can be told so. */
export const HINT_STEPS = 10;

/** What is known of a device besides its secret. */
export interface TotpState {
  /** Time step of the last code that was accepted. */
  lastStep: number | null;
  /** A step to come whose code was shown too early. */
  refusedStep: number | null;
}

export type TotpOutcome =
  /** driftSeconds: how far the device's clock is behind (negative: ahead), about. */
  | { kind: "accepted"; step: number; driftSteps: number; driftSeconds: number }
  /** Right, and accepted once already; or a later one was. */
  | { kind: "used" }
  /** Right for a time outside the window. */
  | { kind: "drifted"; step: number; driftSeconds: number }
  | { kind: "wrong" };

/** Digits from what a person typed or pasted ("123 456"); null when they are no 6 or 8 digits. */
export function parseTotpCode(text: string): string | null {
  const digits = text.slice(0, 64).normalize("NFKC").replace(/[\s-]/gu, "");
  return /^(?:[0-9]{6}|[0-9]{8})$/.test(digits) ? digits : null;
}

/** The code that a device shows at a time. */
export const totpAt = (secret: Uint8Array, settings: Pick<TotpSettings, "digits" | "periodSeconds">, at: Date): string =>
  TOTP.generate({ secret: secretOf(secret), digits: settings.digits, period: settings.periodSeconds, timestamp: at.getTime() });

/** Whether a code counts now. Changes nothing: whoever accepts one keeps its step, under the lock that the state was read with. */
export function checkTotp(secret: Uint8Array, settings: TotpSettings, state: TotpState, code: string, now: Date): TotpOutcome {
  const { periodSeconds } = settings;
  const present = TOTP.counter({ period: periodSeconds, timestamp: now.getTime() });
  const find = (window: number): number | null => HOTP.validate({ token: code, secret: secretOf(secret), digits: settings.digits, counter: present, window });
  const near = find(settings.window);
  if (near !== null) {
    const step = present + near;
    if (step === state.refusedStep || (state.lastStep !== null && step <= state.lastStep)) return { kind: "used" };
    return { kind: "accepted", step, driftSteps: present - step, driftSeconds: driftOf(step, periodSeconds, now) };
  }
  const far = find(HINT_STEPS);
  return far === null ? { kind: "wrong" } : { kind: "drifted", step: present + far, driftSeconds: driftOf(present + far, periodSeconds, now) };
}

/** A device that shows the code of a step is somewhere in it; its middle is off by half a step at most. */
const driftOf = (step: number, periodSeconds: number, now: Date): number => {
  const present = Math.floor(now.getTime() / 1000 / periodSeconds);
  if (step === present) return 0;
  return Math.round(now.getTime() / 1000 - (step + 0.5) * periodSeconds);
};

/** Like "about 40 s behind". */
export function describeDrift(driftSeconds: number): string {
  const size = Math.abs(driftSeconds);
  const amount = size < 120 ? `${Math.max(10, Math.round(size / 10) * 10)} s` : `${Math.round(size / 60)} min`;
  return `about ${amount} ${driftSeconds > 0 ? "behind" : "ahead"}`;
}

/** The key for typing, in base32 (RFC 4648, section 6). */
export const totpKeyText = (secret: Uint8Array): string => secretOf(secret).base32;

/** The otpauth: address that the QR code holds (Key URI Format of Google Authenticator, which every app reads). */
export const totpUri = (secret: Uint8Array, settings: Pick<TotpSettings, "digits" | "periodSeconds">, issuer: string, label: string): string =>
  new TOTP({ issuer, label, secret: secretOf(secret), digits: settings.digits, period: settings.periodSeconds, algorithm: "SHA1" }).toString();

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: Uint8Array.from(bytes).buffer });
