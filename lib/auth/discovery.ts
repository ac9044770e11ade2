/**
 * What a provider says of itself (OpenID Connect Discovery 1.0), kept: next-auth asks at each sign-in and each callback, so that
 * a minute's outage of that page would stop sign-ins that need nothing else of it.
 */
import { z } from "zod";
import { log } from "@/lib/log";

const url = z.string().refine((text) => URL.canParse(text));

const schema = z.object({
  issuer: z.string(),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

export type ProviderMetadata = z.infer<typeof schema>;

export type Fetch = (url: string, init: { signal: AbortSignal; redirect: "error"; headers: Record<string, string> }) => Promise<Response>;

const FRESH_MS = 10 * 60_000;
/** A provider that has been gone for a day is no short outage. */
const USABLE_MS = 24 * 3_600_000;
const PATIENCE_MS = 5_000;

export interface Discovery {
  /** Asks when there is nothing fresh; with the provider out of reach, what it said before. @throws Error when it never answered */
  of(issuer: string): Promise<ProviderMetadata>;
}

export function makeDiscovery(now: () => number = Date.now, get: Fetch = fetch): Discovery {
  const kept = new Map<string, { metadata: ProviderMetadata; at: number }>();
  const asking = new Map<string, Promise<ProviderMetadata>>();

  const ask = (issuer: string): Promise<ProviderMetadata> => {
    const already = asking.get(issuer);
    if (already) return already;
    const promise = fetchMetadata(issuer, get)
      .then((metadata) => {
        kept.set(issuer, { metadata, at: now() });
        return metadata;
      })
      .finally(() => asking.delete(issuer));
    asking.set(issuer, promise);
    return promise;
  };

  return {
    async of(issuer) {
      const known = kept.get(issuer);
      if (known && now() - known.at < FRESH_MS) return known.metadata;
      try {
        return await ask(issuer);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log("warn", "provider discovery", reason, { issuer, kept: known !== undefined });
        if (known && now() - known.at < USABLE_MS) return known.metadata;
        throw error;
      }
    },
  };
}

async function fetchMetadata(issuer: string, get: Fetch): Promise<ProviderMetadata> {
  const response = await get(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error", headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`The provider's discovery page answered ${response.status}.`);
  const metadata = schema.parse(await response.json());
  // Who answers for another issuer could have its tokens taken for the other's (OpenID Connect Discovery 1.0, section 4.3).
  if (metadata.issuer.replace(/\/$/, "") !== issuer) throw new Error(`The provider's discovery page is about another issuer, ${metadata.issuer}.`);
  const plain = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri].find((endpoint) => issuer.startsWith("https:") && !endpoint.startsWith("https:"));
  if (plain !== undefined) throw new Error("The provider's discovery page names an address without encryption.");
  return metadata;
}
