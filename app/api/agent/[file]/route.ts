import type { NextRequest } from "next/server";
import { readAgentFile } from "@/lib/agent-files";
import { errorResponse } from "@/lib/http/responses";
import { runtime } from "@/lib/runtime";

export const dynamic = "force-dynamic";

/** Public: a host that is to become a gateway has no credential yet, and the agent is no secret. Its digest is its ETag. */
export async function GET(request: NextRequest, { params }: { params: Promise<{ file: string }> }): Promise<Response> {
  try {
    const { content, contentType, sha256 } = await readAgentFile((await params).file, runtime().config.url);
    const headers = { etag: `"${sha256}"`, "cache-control": "no-cache", "content-type": contentType };
    if (request.headers.get("if-none-match") === `"${sha256}"`) return new Response(null, { status: 304, headers });
    return new Response(content, { headers });
  } catch (error) {
    return errorResponse(error, "GET /api/agent/[file]");
  }
}
