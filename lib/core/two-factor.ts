/** Whether a sign-in at a provider showed two factors, from what its id token says (RFC 8176; OpenID Connect Core 1.0, section 2). */

/** What each method proves: that one knows, has, or is something. "mfa" says so by itself. */
const KINDS: Record<string, "knows" | "has" | "is"> = {
  pwd: "knows",
  pin: "knows",
  kba: "knows",
  otp: "has",
  hwk: "has",
  swk: "has",
  sc: "has",
  sms: "has",
  tel: "has",
  fpt: "is",
  face: "is",
  iris: "is",
  retina: "is",
  vbm: "is",
};

/**
 * True for "mfa", for methods of two different kinds, and for an `acr` that the operator named as two-factor. Two passwords are one
 * factor twice.
 */
export function showsTwoFactors(amr: readonly string[], acr: string | null, mfaAcr: readonly string[]): boolean {
  if (amr.includes("mfa") || (acr !== null && mfaAcr.includes(acr))) return true;
  return new Set(amr.flatMap((method) => (Object.hasOwn(KINDS, method) ? [KINDS[method]] : []))).size >= 2;
}
