import { describe, expect, it } from "vitest";
import type { ClientView } from "@/lib/usecases/views";
import { enforcementOf, isOnline, isPending } from "./enforcement";

const at = "2025-11-22T12:04:00.000Z";
const enforcement = (status: ClientView["enforcement"]["status"], tookMs: number | null = null): ClientView["enforcement"] => ({
  status,
  requestedAt: at,
  committedAt: at,
  deliveredAt: null,
  appliedAt: null,
  acknowledgedAt: null,
  tookMs,
});
const gateway = (online: boolean): ClientView["gateway"] => ({ name: "fra-1", online, lastSeenAt: at });

describe("what a page says about enforcement", () => {
  it("never calls a revocation done before the gateway confirmed it", () => {
    for (const status of ["pending", "delivered"] as const) {
      expect(enforcementOf({ state: "revoked", enforcement: enforcement(status), gateway: gateway(true) })).toEqual({ kind: "cutting" });
      expect(enforcementOf({ state: "revoked", enforcement: enforcement(status), gateway: gateway(false) })).toEqual({ kind: "waiting", since: at, cut: true });
    }
  });

  it("says how long a confirmed revocation took, even if the gateway has gone since", () => {
    expect(enforcementOf({ state: "revoked", enforcement: enforcement("confirmed", 38), gateway: gateway(false) })).toEqual({ kind: "cut", tookMs: 38 });
  });

  it("tells a client that is live from one on its way", () => {
    expect(enforcementOf({ state: "active", enforcement: enforcement("confirmed", 20), gateway: gateway(true) })).toEqual({ kind: "live" });
    expect(enforcementOf({ state: "active", enforcement: enforcement("delivered"), gateway: gateway(true) })).toEqual({ kind: "going_live" });
    expect(enforcementOf({ state: "active", enforcement: enforcement("pending"), gateway: gateway(false) })).toEqual({ kind: "waiting", since: at, cut: false });
    expect(isPending({ enforcement: enforcement("delivered") })).toBe(true);
    expect(isPending({ enforcement: enforcement("confirmed") })).toBe(false);
  });
});

describe("a device", () => {
  const device = (online: boolean, lastHandshakeAt: string | null): ClientView["device"] => ({ online, lastHandshakeAt, receivedBytes: 0, sentBytes: 0, receivedPerSecond: 0, sentPerSecond: 0, endpoint: null });

  it("stops counting as online by itself once its last handshake is too old", () => {
    const client = { state: "active" as const, device: device(true, at) };
    expect(isOnline(client, Date.parse(at) + 60_000)).toBe(true);
    expect(isOnline(client, Date.parse(at) + 200_000)).toBe(false);
  });

  it("is never online without a handshake, or once it is revoked", () => {
    expect(isOnline({ state: "active", device: device(true, null) }, Date.parse(at))).toBe(false);
    expect(isOnline({ state: "revoked", device: device(true, at) }, Date.parse(at))).toBe(false);
  });
});
