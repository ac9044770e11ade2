import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorResponse } from "@/lib/http/responses";
import { runtime } from "@/lib/runtime";

export const dynamic = "force-dynamic";

/** Public: what a system joins by. It holds no secret; the API key is asked for where it runs. */
export async function GET(): Promise<Response> {
  try {
    const script = await readFile(join(process.cwd(), "scripts/join-system/join.sh"), "utf8");
    // An origin has no character that a shell would mind where it stands.
    return new Response(script.replaceAll("@PORTAL_URL@", runtime().config.url.origin), { headers: { "content-type": "text/x-shellscript; charset=utf-8", "cache-control": "no-cache" } });
  } catch (error) {
    return errorResponse(error, "GET /api/join-system");
  }
}
