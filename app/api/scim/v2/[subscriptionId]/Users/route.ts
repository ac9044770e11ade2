import { listBody, parseFilter, parsePage, parseUser, userBody } from "@/lib/core/scim";
import { scimRoute } from "@/lib/http/scim-route";
import { createUser, listUsers } from "@/lib/usecases/directory/users";

/** Members, and who is invited; one filter, by pages (RFC 7644, 3.4.2). */
export const GET = scimRoute({
  handle: async ({ ports, directory, query, base }) => {
    const page = parsePage(query.get("startIndex"), query.get("count"));
    const { users, total } = await listUsers(ports, directory, parseFilter(query.get("filter")), page);
    return listBody(users, total, page, base);
  },
});

/** Invites (RFC 7644, 3.3). */
export const POST = scimRoute({
  reads: true,
  status: 201,
  handle: async ({ ports, directory, body, base }) => userBody(await createUser(ports, directory, parseUser(body)), base),
});
