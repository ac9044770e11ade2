import { describe, expect, it } from "vitest";
import type { ClientView } from "@/lib/usecases/views";
import { enforcementSteps } from "./enforcement-steps";

const at = (ms: number): string => new Date(Date.parse("2025-11-22T12:04:00.000Z") + ms).toISOString();
const confirmed: ClientView["enforcement"] = {
  status: "confirmed",
  requestedAt: at(0),
  committedAt: at(6),
  deliveredAt: at(11),
  appliedAt: at(32),
  acknowledgedAt: at(38),
  tookMs: 38,
};

const gateway: ClientView["gateway"] = { name: "fra-1", online: true, lastSeenAt: at(0), fetched: null };

describe("the steps of an enforcement", () => {
  it("say what each took after the one before", () => {
    const steps = enforcementSteps({ state: "revoked", enforcement: confirmed, gateway });
    expect(steps.map(({ took }) => took)).toEqual([null, "+6 ms", "+5 ms", "+21 ms", "+6 ms"]);
    expect(steps.at(-1)?.atMs).toBe(38);
    expect(steps[3]?.label).toBe("Removed from the device");
  });

  it("call an added client added", () => {
    expect(enforcementSteps({ state: "active", enforcement: confirmed, gateway })[3]?.label).toBe("Added to the device");
  });

  it("leave open what the gateway hasn't confirmed", () => {
    const steps = enforcementSteps({ state: "revoked", enforcement: { ...confirmed, status: "delivered", appliedAt: null, tookMs: null }, gateway });
    expect(steps.map(({ atMs }) => atMs)).toEqual([0, 6, 11, null, null]);
  });

  it("never run backwards when the gateway's figures are a little off", () => {
    const steps = enforcementSteps({ state: "revoked", enforcement: { ...confirmed, deliveredAt: at(3) }, gateway });
    expect(steps.map(({ atMs }) => atMs)).toEqual([0, 6, 6, 32, 38]);
  });

  it("end with the fetch where the host has no agent: removal and confirmation are nowhere claimed", () => {
    const fetched = { at: at(11), revision: 42 };
    const steps = enforcementSteps({ state: "revoked", enforcement: { ...confirmed, status: "delivered", appliedAt: null, acknowledgedAt: null, tookMs: null }, gateway: { ...gateway, fetched } });
    expect(steps.map(({ label, atMs }) => [label, atMs])).toEqual([["Requested", 0], ["Committed", 6], ["Fetched", 11], ["Not confirmed", null]]);
    expect(steps[2]?.description).toContain("without this one");
  });
});
