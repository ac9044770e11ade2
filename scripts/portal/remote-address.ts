/** Whom a request is from, said by what a client can't write. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { REMOTE_ADDRESS_HEADER } from "@/lib/auth/source";

/** Written by proxies. Without one in front they can only come from the client itself. */
const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-real-ip"];

/**
 * The client's address: the socket's other end, or, behind `trustedProxyHops` reverse proxies, the entry that the outermost
 * of them appended to X-Forwarded-For. Entries further left are the client's own words.
 */
export function remoteAddressOf(socketAddress: string | undefined, forwardedFor: string | undefined, trustedProxyHops: number): string {
  const socket = plainAddress(socketAddress ?? "");
  if (trustedProxyHops === 0) return socket;
  const chain = [...(forwardedFor ?? "").split(","), socket].map(plainAddress);
  // Fewer entries than proxies: someone reached a proxy from inside. The leftmost entry was still written by a proxy.
  const claimed = chain.filter((entry) => entry !== "").at(-1 - trustedProxyHops) ?? chain.find((entry) => entry !== "") ?? socket;
  return isIP(claimed) ? claimed : socket;
}

/** Replaces what the client says about its address by what is known about it. */
export function markRemoteAddress(request: IncomingMessage, trustedProxyHops: number): void {
  const forwardedFor = request.headers["x-forwarded-for"];
  const address = remoteAddressOf(request.socket.remoteAddress, Array.isArray(forwardedFor) ? forwardedFor.join(",") : forwardedFor, trustedProxyHops);
  if (trustedProxyHops === 0) for (const name of FORWARDING_HEADERS) delete request.headers[name];
  request.headers[REMOTE_ADDRESS_HEADER] = address;
}

/** Without brackets, port, zone or the IPv6 clothing of an IPv4 address. */
function plainAddress(text: string): string {
  const trimmed = text.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? (/^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1] ?? trimmed);
  return bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
