import { serviceProviderConfig } from "@/lib/core/scim";
import { scimRoute } from "@/lib/http/scim-route";

/** What of SCIM is understood here (RFC 7643, section 5). */
export const GET = scimRoute({ handle: async ({ base }) => serviceProviderConfig(base) });
