import { writeTokenCookie, type TokenCookie } from "@/lib/auth/cookies";
import type { PortalConfig } from "@/lib/config";

/** The same answer, with one of the portal's cookies in it. Not by NextResponse, which writes cookies into a second header that scripts can read. */
export function withTokenCookie(response: Response, config: PortalConfig, cookie: TokenCookie, token: string): Response {
  const headers = new Headers(response.headers);
  const jar = {
    // Name and value are of our own making: letters, digits, "-" and "_".
    set: (name: string, value: string, { path, maxAge, secure }: { path: string; maxAge: number; secure: boolean }) =>
      headers.append("set-cookie", `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`),
  };
  writeTokenCookie(config, jar, cookie, token);
  return new Response(response.body, { status: response.status, headers });
}
