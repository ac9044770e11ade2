import type { ProviderSettings } from "@/lib/provider-settings";
import { githubIssuer } from "./providers-github";

type Providers = readonly ProviderSettings[];

const issuerOf = (settings: ProviderSettings): string => (settings.kind === "github" ? githubIssuer(settings) : settings.issuer);
/** Settings are kept without the slash at the end that some providers have in their name. */
const plain = (issuer: string): string => issuer.replace(/\/$/, "");

/** The provider that calls itself so in its answers; null when it is no longer set up. */
export const providerOfIssuer = (providers: Providers, issuer: string): ProviderSettings | null => providers.find((settings) => plain(issuerOf(settings)) === plain(issuer)) ?? null;

/** The operator's name for it; what it calls itself when it is no longer set up. */
export const providerName = (providers: Providers, issuer: string): string => providerOfIssuer(providers, issuer)?.name ?? issuer;
