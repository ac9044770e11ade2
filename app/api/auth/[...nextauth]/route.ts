import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { authOptions } from "@/lib/auth/next-auth";
import { runtime } from "@/lib/runtime";

async function handler(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const [action, provider] = (await context.params).nextauth;
  const asksProvider = action === "signin" || action === "callback";
  return (await NextAuth(request, context, await authOptions(runtime(), asksProvider ? (provider ?? null) : null))) as Response;
}

export { handler as GET, handler as POST };
