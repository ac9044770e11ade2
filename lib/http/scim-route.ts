/** Routes that a company's directory calls (SCIM 2.0): a bearer token, no cookie, and so no origin to check. Who it is comes before what it says; errors are SCIM's. */
import type { NextRequest } from "next/server";
import { sourceOf } from "@/lib/auth/source";
import { PortcullisError } from "@/lib/core/errors";
import { errorBody, SCIM_MEDIA_TYPE, ScimError } from "@/lib/core/scim";
import { runtime, type Runtime } from "@/lib/runtime";
import { directoryUrl } from "@/lib/usecases/directory/token";
import { requireDirectory, type DirectoryRequest } from "@/lib/usecases/directory/users";
import { bearerOf } from "./bearer";
import { readJson } from "./body";
import { errorResponse } from "./responses";
import { STATUS } from "./status";

const MAX_BODY_BYTES = 64 * 1024;

interface Handled {
  ports: Runtime;
  directory: DirectoryRequest;
  id: string;
  query: URLSearchParams;
  body: unknown;
  /** The address of this subscription's SCIM, without a slash at its end. */
  base: string;
}

/** @returns a handler whose answer is SCIM's JSON; undefined answers 204 */
export function scimRoute(spec: { reads?: boolean; status?: number; handle: (input: Handled) => Promise<unknown> }): (request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response> {
  return async (request, context) => {
    const path = new URL(request.url).pathname;
    try {
      const ports = runtime();
      const { subscriptionId = "", id = "" } = await context.params;
      const directory = await requireDirectory(ports, { subscriptionId, credential: bearerOf(request.headers), source: sourceOf(request.headers) });
      const body = spec.reads ? await readJson(request, MAX_BODY_BYTES) : undefined;
      const answer = await spec.handle({ ports, directory, id, query: request.nextUrl.searchParams, body, base: directoryUrl(ports, subscriptionId) });
      return answer === undefined ? new Response(null, { status: 204, headers: { "cache-control": "no-store" } }) : scim(answer, spec.status ?? 200);
    } catch (error) {
      return refusal(error, `${request.method} ${path}`);
    }
  };
}

function scim(body: unknown, status: number, more: Record<string, string> = {}): Response {
  const location = (body as { meta?: { location?: string } }).meta?.location;
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": SCIM_MEDIA_TYPE, "cache-control": "no-store", ...(status === 201 && location !== undefined ? { location } : {}), ...more },
  });
}

function refusal(error: unknown, route: string): Response {
  if (error instanceof ScimError) return scim(errorBody(error.status, error.message, error.scimType), error.status);
  if (error instanceof PortcullisError) {
    const status = STATUS[error.code];
    const { retryAfterSeconds } = error.facts;
    return scim(errorBody(status, error.message, error.code === "bad_request" ? "invalidSyntax" : null), status, {
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    });
  }
  // A fault of ours: logged under a reference there.
  const { status } = errorResponse(error, route);
  return scim(errorBody(status, status === 503 ? "The portal can't reach its database right now. Nothing was changed; try again in a moment." : "Something went wrong on the portal's side. Nothing was changed.", null), status);
}
