/** Chromium's own virtual authenticator (Chrome DevTools Protocol, domain WebAuthn): holds passkeys, and says yes as a person would. */
import type { Page } from "@playwright/test";

export interface VirtualAuthenticator {
  /** How many passkeys it holds. */
  passkeys: () => Promise<number>;
  /** From now on the person is not there: what asks for a passkey waits until it gives up. */
  goAway: () => Promise<void>;
  comeBack: () => Promise<void>;
  /** Whether PIN, finger or face are right from now on. */
  recognisePerson: (recognised: boolean) => Promise<void>;
  /** Removes all passkeys from it; the portal knows nothing of that. */
  forget: () => Promise<void>;
}

/** Fits the page's browser with an authenticator, like a laptop with a fingerprint reader. It lasts as long as the page. */
export async function addVirtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return {
    passkeys: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
    goAway: async () => void (await devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false })),
    comeBack: async () => void (await devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true })),
    recognisePerson: async (isUserVerified) => void (await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })),
    forget: async () => void (await devtools.send("WebAuthn.clearCredentials", { authenticatorId })),
  };
}

/** Makes a passkey in the page, by the browser's own API. @param options as the portal sent them @returns what is sent back to the portal */
export async function createPasskeyIn(page: Page, options: unknown): Promise<unknown> {
  return page.evaluate(async (given) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(given as PublicKeyCredentialCreationOptionsJSON);
    const credential = await navigator.credentials.create({ publicKey });
    return (credential as PublicKeyCredential).toJSON() as unknown;
  }, options);
}
