import { parsePatch, parseUser, userBody } from "@/lib/core/scim";
import { scimRoute } from "@/lib/http/scim-route";
import { deleteUser, getUser, updateUser } from "@/lib/usecases/directory/users";

export const GET = scimRoute({ handle: async ({ ports, directory, id, base }) => userBody(await getUser(ports, directory, id), base) });

/** active and externalId; what is left out stays (RFC 7644, 3.5.1). */
export const PUT = scimRoute({ reads: true, handle: async ({ ports, directory, id, body, base }) => userBody(await updateUser(ports, directory, id, parseUser(body)), base) });

/** Turns somebody off, or on (RFC 7644, 3.5.2). */
export const PATCH = scimRoute({ reads: true, handle: async ({ ports, directory, id, body, base }) => userBody(await updateUser(ports, directory, id, parsePatch(body)), base) });

/** Removes them, and their clients with them (RFC 7644, 3.6). */
export const DELETE = scimRoute({ handle: ({ ports, directory, id }) => deleteUser(ports, directory, id) });
