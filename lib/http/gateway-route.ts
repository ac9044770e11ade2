/** Route handlers of the gateway protocol: version → credential → message → use case. docs/gateway-protocol.md says the same in words. */
import type { NextRequest } from "next/server";
import type { z } from "zod";
import { sourceOf } from "@/lib/auth/source";
import { tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { noteNotUnderstood } from "@/lib/db/gateway-changes";
import { findInstanceByListCredential, type ListedInstance } from "@/lib/db/peer-lists";
import { MAX_ENROL_BYTES, MAX_REQUEST_BYTES } from "@/lib/protocol/limits";
import { PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { commonVersion, OLDEST_PROTOCOL_VERSION, parseVersions, PROTOCOL_VERSION, versionsText } from "@/lib/protocol/version";
import { runtime, type Runtime } from "@/lib/runtime";
import { type AuthenticatedGateway, authenticateGateway } from "@/lib/usecases/gateways/authenticate";
import { bearerOf } from "./bearer";
import { readBody } from "./body";
import { errorResponse, json } from "./responses";

interface Handled<Body> {
  ports: Runtime;
  body: Body;
  sourceAddress: string | null;
  request: NextRequest;
  /** Of the protocol, that the two go by. */
  version: number;
}

type NextHandler = (request: NextRequest) => Promise<Response>;

/** @throws protocol_unsupported, in words for the operator of the gateway */
function negotiate(request: NextRequest): number {
  const offered = parseVersions(request.headers.get(PROTOCOL_HEADER));
  const version = offered && commonVersion(offered);
  if (version !== null) return version;
  const ours = OLDEST_PROTOCOL_VERSION === PROTOCOL_VERSION ? `version ${PROTOCOL_VERSION}` : `versions ${OLDEST_PROTOCOL_VERSION} to ${PROTOCOL_VERSION}`;
  const older = offered === null || Math.max(...offered) < OLDEST_PROTOCOL_VERSION;
  const advice = older ? "Bring the agent up to date: run the install command, which the operator console shows under Gateways, on the gateway's host again." : "The agent is newer than this portal: bring the portal up to date.";
  throw new PortcullisError("protocol_unsupported", `This portal speaks ${ours} of the gateway protocol, and the agent ${offered === null ? "says none" : `speaks ${versionsText(offered)}`}. ${advice}`);
}

/** 0: it says none that could be one. */
const highestOf = (request: NextRequest): number => Math.max(0, ...(parseVersions(request.headers.get(PROTOCOL_HEADER)) ?? []));

/** What an agent calls itself: "portcullis-agent/0.1.0". */
const agentVersionOf = (request: NextRequest): string | null => /^portcullis-agent\/([\w.+-]{1,40})$/.exec(request.headers.get("user-agent") ?? "")?.[1] ?? null;

const answered = (response: Response, version: number): Response => {
  response.headers.set(PROTOCOL_HEADER, String(version));
  return response;
};

function handler<B>(schema: z.ZodType<B> | null, handle: (input: Handled<B>) => Promise<Response>, maxBodyBytes = MAX_REQUEST_BYTES): NextHandler {
  return async (request) => {
    try {
      const ports = runtime();
      const version = negotiate(request);
      const body = (schema ? await readBody(request, schema, maxBodyBytes) : undefined) as B;
      return answered(await handle({ ports, body, sourceAddress: sourceOf(request.headers).address, request, version }), version);
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`);
    }
  };
}

/** For requests that a gateway makes with its credential; it reaches its own state alone. */
export function gatewayRoute<B = undefined>(
  spec: { body?: z.ZodType<B>; handle: (input: Handled<B> & { gateway: AuthenticatedGateway; agent: { version: string | null; protocol: number } }) => Promise<unknown> },
): NextHandler {
  return async (request) => {
    try {
      // Before the body is read: a stranger's megabytes are not worth parsing.
      const authenticated = () => authenticateGateway(runtime(), bearerOf(request.headers) ?? undefined, sourceOf(request.headers).address);
      const gateway = await authenticated();
      const version = await understood(request, gateway);
      const agent = { version: agentVersionOf(request), protocol: version };
      // And after it: a body may take a minute to come, and its sender was perhaps cut off meanwhile.
      return await handler<B>(spec.body ?? null, async (input) => json(await spec.handle({ ...input, gateway: spec.body ? await authenticated() : gateway, agent })))(request);
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`);
    }
  };
}

/** A gateway that can't be understood is in the console, with what to do, and not just silent. */
async function understood(request: NextRequest, gateway: AuthenticatedGateway): Promise<number> {
  try {
    return negotiate(request);
  } catch (error) {
    if (error instanceof PortcullisError) await noteNotUnderstood(runtime().db.read, gateway.id, { failure: error.message, agent: { version: agentVersionOf(request), protocol: highestOf(request) } });
    throw error;
  }
}

/** For hosts that can't run the agent: curl asks with one instance's credential, and gets text. No version: there is no message to understand. */
export function peerListRoute(handle: (ports: Runtime, instance: ListedInstance) => Promise<string>): NextHandler {
  return async (request) => {
    try {
      const ports = runtime();
      const credential = bearerOf(request.headers);
      const instance = credential === null ? null : await findInstanceByListCredential(ports.db.read, tokenHashOf(credential));
      if (!instance) throw new PortcullisError("gateway_unauthenticated", "This credential fetches no instance's list. Make one with npm run portcullis -- instance list-credential.");
      return new Response(await handle(ports, instance), { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });
    } catch (error) {
      return errorResponse(error, `GET ${new URL(request.url).pathname}`);
    }
  };
}

/** For enrolment, where the token in the body is what authenticates: a stranger's body is small, or not read. */
export const enrolmentRoute = <B>(schema: z.ZodType<B>, handle: (input: Handled<B>) => Promise<Response>): NextHandler => handler(schema, handle, MAX_ENROL_BYTES);
