import { passkeysWorkOn } from "@/lib/auth/factors/passkeys";
import type { ProviderIcon } from "@/lib/provider-settings";
import { runtime } from "@/lib/runtime";

export interface SignInOptions {
  providers: { id: string; name: string; icon: ProviderIcon }[];
  /** Registering, and signing in with a password. */
  password: boolean;
  passkey: boolean;
  /** The origin that the page may lead back to. */
  portalOrigin: string;
}

/** What the sign-in page offers. */
export function signInOptions(): SignInOptions {
  const { providers, passwordLogin, url } = runtime().config;
  return { providers: providers.map(({ id, name, icon }) => ({ id, name, icon })), password: passwordLogin, passkey: passkeysWorkOn(url), portalOrigin: url.origin };
}
