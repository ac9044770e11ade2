/** The browser's dialog for passkeys, and what it means when it gives none. */
import { startAuthentication, startRegistration, WebAuthnError } from "@simplewebauthn/browser";

type RequestOptions = Parameters<typeof startAuthentication>[0]["optionsJSON"];
type CreationOptions = Parameters<typeof startRegistration>[0]["optionsJSON"];

/** Words for a person whose browser gave no passkey. */
export class NoPasskey extends Error {
  override readonly name = "NoPasskey";
}

/** @returns what the authenticator signed, for the portal @throws NoPasskey */
export async function answerWithPasskey(optionsJSON: RequestOptions): Promise<unknown> {
  try {
    return await startAuthentication({ optionsJSON });
  } catch (error) {
    throw new NoPasskey(whyNoPasskey(error, "used"));
  }
}

/** @returns the new passkey's public part, for the portal @throws NoPasskey */
export async function makePasskey(optionsJSON: CreationOptions): Promise<unknown> {
  try {
    return await startRegistration({ optionsJSON });
  } catch (error) {
    throw new NoPasskey(whyNoPasskey(error, "made"));
  }
}

export const browserHasPasskeys = (): boolean => typeof window !== "undefined" && typeof window.PublicKeyCredential === "function";

/** @param what was to happen to the passkey */
export function whyNoPasskey(error: unknown, what: "used" | "made"): string {
  const code = error instanceof WebAuthnError ? error.code : null;
  const name = error instanceof Error ? error.name : "";
  if (code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED" || name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (code === "ERROR_INVALID_DOMAIN" || code === "ERROR_INVALID_RP_ID" || name === "SecurityError") return "Passkeys work only at the portal's own address, over https. Open it there.";
  if (code === "ERROR_AUTHENTICATOR_MISSING_DISCOVERABLE_CREDENTIAL_SUPPORT" || code === "ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT" || name === "ConstraintError") {
    return "This device can't keep passkeys, or has no PIN, fingerprint or face set up. Try another device or a security key.";
  }
  if (name === "NotAllowedError" || name === "AbortError" || code === "ERROR_CEREMONY_ABORTED") return `No passkey was ${what}: the browser's dialog was closed, or took too long. Try again.`;
  if (name === "NotSupportedError" || !browserHasPasskeys()) return "This browser can't work with passkeys. Use another one, or another way.";
  return `No passkey was ${what}. Try again, or use another way.`;
}
