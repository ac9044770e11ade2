import { describe, expect, it } from "vitest";
import type { ClientView } from "@/lib/usecases/views";
import { enforcementOf, isOnline, isPending, whenCut } from "./enforcement";

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
const gateway = (online: boolean): ClientView["gateway"] => ({ name: "fra-1", online, lastSeenAt: at, fetched: null });
const agentless = (fetched: NonNullable<ClientView["gateway"]["fetched"]>): ClientView["gateway"] => ({ name: "nas", online: false, lastSeenAt: fetched.at, fetched });

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
    expect(isPending({ enforcement: enforcement("delivered"), gateway: gateway(true) })).toBe(true);
    expect(isPending({ enforcement: enforcement("confirmed"), gateway: gateway(true) })).toBe(false);
  });
});

describe("where the host has no agent", () => {
  it("never calls anything live or cut: it says what was fetched, when, and that it isn't confirmed", () => {
    const fetched = { at, revision: 42 };
    for (const state of ["active", "suspended", "expired", "revoked"] as const) {
      for (const status of ["pending", "delivered", "confirmed"] as const) {
        const { kind } = enforcementOf({ state, enforcement: enforcement(status, 38), gateway: agentless(fetched) });
        expect(["unconfirmed", "unfetched"]).toContain(kind);
      }
      expect(enforcementOf({ state, enforcement: enforcement("delivered"), gateway: agentless(fetched) })).toEqual({ kind: "unconfirmed", fetchedAt: at, revision: 42, cut: state !== "active" });
    }
    expect(enforcementOf({ state: "revoked", enforcement: enforcement("pending"), gateway: agentless(fetched) })).toEqual({ kind: "unfetched", since: at, cut: true });
    expect(enforcementOf({ state: "revoked", enforcement: enforcement("pending"), gateway: agentless({ at: null, revision: null }) })).toEqual({ kind: "unfetched", since: at, cut: true });
  });

  it("waits for the next fetch, and for nothing after it", () => {
    expect(isPending({ enforcement: enforcement("pending"), gateway: agentless({ at, revision: 41 }) })).toBe(true);
    expect(isPending({ enforcement: enforcement("delivered"), gateway: agentless({ at, revision: 42 }) })).toBe(false);
    expect(whenCut(agentless({ at, revision: 42 }))).toContain("nobody confirms");
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
