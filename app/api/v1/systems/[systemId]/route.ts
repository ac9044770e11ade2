import { systemRoute } from "@/lib/http/system-route";
import { pollSystem } from "@/lib/usecases/systems/join";

/** A system asks how far its request has come, and for its configuration, with the token that it was given. */
export const GET = systemRoute({
  identify: ({ ports, credential, params, source }) => pollSystem(ports, params.systemId ?? "", credential, source),
  handle: async ({ who }) => who,
});
