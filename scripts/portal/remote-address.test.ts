import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { REMOTE_ADDRESS_HEADER } from "@/lib/auth/source";
import { markRemoteAddress, remoteAddressOf } from "@/scripts/portal/remote-address";

describe("the address a request is from", () => {
  it("is the socket's, whatever the client forwards, when no proxy stands in front", () => {
    expect(remoteAddressOf("198.51.100.7", "203.0.113.9", 0)).toBe("198.51.100.7");
  });

  it("is the entry that the outermost trusted proxy wrote, not what the client wrote before it", () => {
    expect(remoteAddressOf("10.0.0.1", "203.0.113.9, 198.51.100.7", 1)).toBe("198.51.100.7");
    expect(remoteAddressOf("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", 2)).toBe("198.51.100.7");
  });

  it("is the socket's when the forwarded entry is no address", () => {
    expect(remoteAddressOf("10.0.0.1", "unknown", 1)).toBe("10.0.0.1");
    expect(remoteAddressOf("10.0.0.1", undefined, 1)).toBe("10.0.0.1");
    expect(remoteAddressOf("10.0.0.1", "1.2.3.4\nx", 1)).toBe("10.0.0.1");
  });

  it("is written plainly: no ports, zones, brackets or mapped IPv4", () => {
    expect(remoteAddressOf("::ffff:198.51.100.7", undefined, 0)).toBe("198.51.100.7");
    expect(remoteAddressOf("fe80::1%eth0", undefined, 0)).toBe("fe80::1");
    expect(remoteAddressOf("10.0.0.1", "198.51.100.7:4711", 1)).toBe("198.51.100.7");
    expect(remoteAddressOf("10.0.0.1", "[2001:db8::7]:4711", 1)).toBe("2001:db8::7");
  });

  it("can't be forged through the portal's own header", () => {
    const request = new IncomingMessage(new Socket());
    request.headers = { [REMOTE_ADDRESS_HEADER]: "203.0.113.9", "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "evil.test" };
    markRemoteAddress(request, 0);
    expect(request.headers).toEqual({ [REMOTE_ADDRESS_HEADER]: "" });
  });
});
