/** Route handlers of the gateway protocol: version → credential → message → use case. docs/gateway-protocol.md says the same in words. */
import type { NextRequest } from "next/server";
import type { z } from "zod";
import { sourceOf } from "@/lib/auth/source";
import { tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { findGatewayByCredential, type GatewayIdentity } from "@/lib/db/gateways";
import { findInstanceByListCredential, type ListedInstance } from "@/lib/db/peer-lists";
import { MAX_REQUEST_BYTES } from "@/lib/protocol/limits";
import { PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { PROTOCOL_VERSION } from "@/lib/protocol/version";
import { runtime, type Runtime } from "@/lib/runtime";
import { readBody } from "./body";
import { errorResponse, json } from "./responses";

interface Handled<Body> {
  ports: Runtime;
  body: Body;
  sourceAddress: string | null;
  request: NextRequest;
}

type NextHandler = (request: NextRequest) => Promise<Response>;

function requireProtocol(request: NextRequest): void {
  if (request.headers.get(PROTOCOL_HEADER) === String(PROTOCOL_VERSION)) return;
  throw new PortcullisError("protocol_unsupported", `This portal speaks gateway protocol ${PROTOCOL_VERSION}. Update the agent or the portal.`);
}

const credentialOf = (request: NextRequest): string | undefined => /^Bearer (\S{1,100})$/.exec(request.headers.get("authorization") ?? "")?.[1];

async function requireGateway(ports: Runtime, request: NextRequest): Promise<GatewayIdentity> {
  const credential = credentialOf(request);
  const gateway = credential === undefined ? null : await findGatewayByCredential(ports.db.read, tokenHashOf(credential));
  if (!gateway) throw new PortcullisError("gateway_unauthenticated", "This gateway is not known here. Enrol it with a token from an operator.");
  return gateway;
}

function handler<B>(schema: z.ZodType<B> | null, handle: (input: Handled<B>) => Promise<Response>): NextHandler {
  return async (request) => {
    try {
      const ports = runtime();
      requireProtocol(request);
      const body = (schema ? await readBody(request, schema, MAX_REQUEST_BYTES) : undefined) as B;
      return await handle({ ports, body, sourceAddress: sourceOf(request.headers).address, request });
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`);
    }
  };
}

/** For requests that a gateway makes with its credential; it reaches its own state alone. */
export function gatewayRoute<B = undefined>(
  spec: { body?: z.ZodType<B>; handle: (input: Handled<B> & { gateway: GatewayIdentity }) => Promise<unknown> },
): NextHandler {
  return async (request) => {
    try {
      // Before the body is read: a stranger's megabytes are not worth parsing.
      requireProtocol(request);
      const gateway = await requireGateway(runtime(), request);
      return await handler<B>(spec.body ?? null, async (input) => json(await spec.handle({ ...input, gateway })))(request);
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`);
    }
  };
}

/** For hosts that can't run the agent: curl asks with one instance's credential, and gets text. No version: there is no message to understand. */
export function peerListRoute(handle: (ports: Runtime, instance: ListedInstance) => Promise<string>): NextHandler {
  return async (request) => {
    try {
      const ports = runtime();
      const credential = credentialOf(request);
      const instance = credential === undefined ? null : await findInstanceByListCredential(ports.db.read, tokenHashOf(credential));
      if (!instance) throw new PortcullisError("gateway_unauthenticated", "This credential fetches no instance's list. Make one with npm run portcullis -- instance list-credential.");
      return new Response(await handle(ports, instance), { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });
    } catch (error) {
      return errorResponse(error, `GET ${new URL(request.url).pathname}`);
    }
  };
}

/** For enrolment, where the token in the body is what authenticates. */
export const enrolmentRoute = handler;
