/** Routes for systems: a bearer credential, no cookie, and so no origin to check. Who it is comes before what it says. */
import type { NextRequest } from "next/server";
import type { z } from "zod";
import type { RequestSource } from "@/lib/auth/actor";
import { sourceOf } from "@/lib/auth/source";
import { runtime, type Runtime } from "@/lib/runtime";
import { bearerOf } from "./bearer";
import { readBody } from "./body";
import { errorResponse, json } from "./responses";

const MAX_BODY_BYTES = 4 * 1024;

interface Handled<Who, Body> {
  ports: Runtime;
  who: Who;
  source: RequestSource;
  body: Body;
}

/** @param spec.identify finds who has this credential, or throws, before the body is read */
export function systemRoute<Who, B = undefined>(spec: {
  identify: (input: { ports: Runtime; credential: string | null; params: Record<string, string>; source: RequestSource }) => Promise<Who>;
  body?: z.ZodType<B>;
  status?: number;
  handle: (input: Handled<Who, B>) => Promise<unknown>;
}): (request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response> {
  return async (request, context) => {
    try {
      const ports = runtime();
      const source = sourceOf(request.headers);
      const who = await spec.identify({ ports, credential: bearerOf(request.headers), params: await context.params, source });
      const body = (spec.body ? await readBody(request, spec.body, MAX_BODY_BYTES) : undefined) as B;
      return json(await spec.handle({ ports, who, source, body }), spec.status ?? 200);
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`);
    }
  };
}
