import type { SessionView } from "@/lib/usecases/views";

/** Like "Signed in with Google", "Signed in with a password and a second factor". */
export function howSignedIn({ method, providerName, twoFactor }: Pick<SessionView, "method" | "providerName" | "twoFactor">): string {
  const way = method === "provider" ? (providerName ?? "a provider that is no longer offered") : method === "password" ? "a password" : "a passkey";
  if (twoFactor === "provider") return `Signed in with two factors at your provider (${way})`;
  if (twoFactor === "portal") return method === "passkey" ? "Signed in with a passkey" : `Signed in with ${way} and a second factor`;
  return `Signed in with ${way}`;
}
