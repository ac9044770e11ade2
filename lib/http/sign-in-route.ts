/** Routes for who has no session yet. Each checks the origin itself; what a browser may do is decided by its attempt's cookie. */
import type { NextRequest } from "next/server";
import type { z } from "zod";
import type { SignInRequest } from "@/lib/auth/attempts";
import { readTokenCookie } from "@/lib/auth/cookies";
import { sourceOf } from "@/lib/auth/source";
import { runtime, type Runtime } from "@/lib/runtime";
import { readBody } from "./body";
import { requireOwnOrigin } from "./origin";
import { errorResponse, json } from "./responses";
import { withTokenCookie } from "./token-cookie";

const MAX_BODY_BYTES = 64 * 1024;

interface Handled<Body> {
  ports: Runtime;
  request: SignInRequest;
  body: Body;
  /** Binds what was started to this browser. */
  keepAttempt: (token: string, cookie?: "attempt" | "passkey") => void;
}

/** @returns a handler whose answer is JSON; undefined answers 204 */
export function signInRoute<B = undefined>(spec: { body?: z.ZodType<B>; handle: (input: Handled<B>) => Promise<unknown> }): (request: NextRequest) => Promise<Response> {
  return async (request) => {
    try {
      const ports = runtime();
      requireOwnOrigin(request.headers, ports.config.url);
      const body = (spec.body ? await readBody(request, spec.body, MAX_BODY_BYTES) : undefined) as B;
      const asked: SignInRequest = {
        source: sourceOf(request.headers),
        browserToken: readTokenCookie(ports.config, request.cookies, "browser"),
        attemptToken: readTokenCookie(ports.config, request.cookies, "attempt"),
        passkeyToken: readTokenCookie(ports.config, request.cookies, "passkey"),
      };
      const started = new Map<"attempt" | "passkey", string>();
      const result = await spec.handle({ ports, request: asked, body, keepAttempt: (token, cookie = "attempt") => void started.set(cookie, token) });
      const answer = result === undefined ? new Response(null, { status: 204, headers: { "cache-control": "no-store" } }) : json(result);
      return [...started].reduce((kept, [cookie, token]) => withTokenCookie(kept, ports.config, cookie, token), answer);
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`);
    }
  };
}
