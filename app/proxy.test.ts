import { NextRequest } from "next/server";
import { afterEach, expect, test, vi } from "vitest";
import { proxy } from "@/proxy";

afterEach(() => vi.unstubAllEnvs());

const headersAt = (portalUrl: string, headers: Record<string, string> = {}): Headers => {
  vi.stubEnv("PORTAL_URL", portalUrl);
  return proxy(new NextRequest("http://127.0.0.1:3000/", { headers })).headers;
};

test("browsers are told to keep to https where people use the portal over https, whatever the proxy in front says", () => {
  expect(headersAt("https://portal.example.com").get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
  expect(headersAt("http://localhost:3000", { "x-forwarded-proto": "https" }).get("strict-transport-security")).toBeNull();
});

test("each answer has a policy with a nonce of its own, and none that allows what is inline, evaluated or from elsewhere (T16)", () => {
  const policies = [headersAt("https://portal.example.com"), headersAt("https://portal.example.com")].map((headers) => headers.get("content-security-policy") ?? "");
  expect(policies[0]).not.toBe(policies[1]);
  for (const policy of policies) {
    expect(policy).toMatch(/script-src 'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-|https?:|\*/);
  }
});
