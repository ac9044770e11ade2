/** Route handlers: parse → actor → use case → answer. Each declares, beside its handler, the permission that it is about. */
import type { NextRequest } from "next/server";
import { z } from "zod";
import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import { findActor } from "@/lib/auth/session";
import { PortcullisError } from "@/lib/core/errors";
import type { Permission } from "@/lib/core/policy";
import { runtime, type Runtime } from "@/lib/runtime";
import { readBody } from "./body";
import { requireOwnOrigin } from "./origin";
import { errorResponse, json } from "./responses";

const MAX_BODY_BYTES = 64 * 1024;

interface Handled<Who, Body> {
  ports: Runtime;
  actor: Who;
  params: Record<string, string>;
  query: URLSearchParams;
  body: Body;
  signal: AbortSignal;
}

type ActorFor<P extends Permission> = P extends "address.verify" ? Actor | UnprovedActor : Actor;
type NextHandler = (request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/**
 * @param permission what the caller must be allowed; the use case decides it for the object at hand, and this wrapper refuses early who
 *   is not signed in, has not proved their address, or is no operator. "address.verify" is open to whoever is signed in.
 * @returns a handler whose answer is JSON; undefined answers 204
 */
export function route<P extends Exclude<Permission, "public">, B = undefined>(
  permission: P,
  spec: { body?: z.ZodType<B>; /** 64 KiB when left out. */ maxBodyBytes?: number; status?: number; handle: (input: Handled<ActorFor<P>, B>) => Promise<unknown> },
): NextHandler {
  return async (request, context) => {
    const path = new URL(request.url).pathname;
    try {
      const ports = runtime();
      if (request.method !== "GET" && request.method !== "HEAD") requireOwnOrigin(request.headers, ports.config.url);
      const actor = await requireActor(ports, request, permission);
      const body = (spec.body ? await readBody(request, spec.body, spec.maxBodyBytes ?? MAX_BODY_BYTES) : undefined) as B;
      const answer = await spec.handle({ ports, actor: actor as ActorFor<P>, params: await context.params, query: request.nextUrl.searchParams, body, signal: request.signal });
      if (answer instanceof Response) return answer;
      return answer === undefined ? new Response(null, { status: 204 }) : json(answer, spec.status ?? 200);
    } catch (error) {
      return errorResponse(error, `${request.method} ${path}`);
    }
  };
}

async function requireActor(ports: Runtime, request: NextRequest, permission: Permission): Promise<Actor | UnprovedActor> {
  const actor = await findActor(ports, { cookies: Object.fromEntries(request.cookies.getAll().map(({ name, value }) => [name, value])), headers: request.headers });
  if (!actor) throw new PortcullisError("not_signed_in", "You are not signed in, or your session has ended. Sign in and try again.");
  if (permission === "address.verify") return actor;
  if (actor.email === null) throw new PortcullisError("address_not_verified", "Prove your e-mail address first: we mail you a code.");
  if (permission === "operator.read" && !actor.isOperator) throw new PortcullisError("forbidden", "This part is for operators of the portal.");
  return actor;
}
