/** Where a request came from: the address that the portal's own server vouches for, and the browser as it calls itself. */
import { isIP } from "node:net";
import { parse } from "bowser";
import type { RequestSource } from "./actor";

/** Set by the portal's server (scripts/portal/remote-address.ts) on every request; whatever a client sent under this name is gone. */
export const REMOTE_ADDRESS_HEADER = "x-portcullis-remote-address";

/** Like "Firefox on Linux"; "an unknown browser" when the user agent says nothing. */
export function describeBrowser(userAgent: string): string {
  const { browser, os } = parse(userAgent === "" ? " " : userAgent);
  if (!browser.name) return "an unknown browser";
  return os.name ? `${browser.name} on ${os.name}` : browser.name;
}

export function sourceOf(headers: { get(name: string): string | null }): RequestSource {
  const userAgent = (headers.get("user-agent") ?? "").replace(/[^\x20-\x7e]/g, "").slice(0, 300);
  const address = (headers.get(REMOTE_ADDRESS_HEADER) ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  return { address: isIP(address) ? address : null, browser: describeBrowser(userAgent), userAgent };
}
