import { PortcullisError } from "@/lib/core/errors";

/**
 * Refuses a change asked for by another site (ASVS 5.0 V3.5): the Origin header must be the portal's own, compared whole. Browsers send
 * it with every such request; what sends none is no browser page of ours and is refused too. @throws foreign_origin
 */
export function requireOwnOrigin(headers: { get(name: string): string | null }, portal: URL): void {
  const fetchSite = headers.get("sec-fetch-site");
  if (headers.get("origin") === portal.origin && (fetchSite === null || fetchSite === "same-origin")) return;
  throw new PortcullisError("foreign_origin", "This request did not come from the portal's own pages, so nothing was done.");
}
