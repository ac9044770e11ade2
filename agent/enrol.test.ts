import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnrolmentImpossible, type EnrolmentParts, ensureEnrolled } from "@/agent/enrol";
import { IdentityStore } from "@/agent/identity";
import { PortalClient } from "@/agent/portal-client";
import { GATEWAY_ID, WirePortal } from "@/agent/testing/wire-portal";

let folder: string;
let portal: WirePortal;
let events: string[];
let pauses: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "portcullis-enrol-"));
  portal = new WirePortal();
  await portal.start();
  events = [];
  pauses = 0;
});
afterEach(async () => {
  await portal.stop();
  rmSync(folder, { recursive: true });
});

function parts(changes: Partial<EnrolmentParts> = {}): EnrolmentParts {
  return {
    identities: new IdentityStore(folder),
    token: portal.token,
    agentVersion: "0.1.0",
    wireguard: { implementation: "wireguard-go", toolsVersion: "wireguard-tools v1.0.20210914" },
    client: new PortalClient([portal.url], null),
    log: (event) => void events.push(event),
    pause: async () => {
      pauses += 1;
    },
    signal: new AbortController().signal,
    ...changes,
  };
}

describe("enrolment", () => {
  test("gives the gateway a credential of 256 bits that it made itself, once", async () => {
    const { identity, fresh } = await ensureEnrolled(parts());
    expect(fresh).toBe(true);
    expect(identity.enrolment).toEqual({ gatewayId: GATEWAY_ID, name: "fra-1" });
    expect(portal.enrolment).toMatchObject({ credential: identity.credential, boxPublicKey: identity.box.publicKey });
    expect(identity.credential).toMatch(/^pcg_[A-Za-z0-9_-]{43}$/);
    expect(await ensureEnrolled(parts({ token: null }))).toEqual({ identity, fresh: false });
    expect(await ensureEnrolled(parts())).toEqual({ identity, fresh: false });
    expect(statSync(path.join(folder, "identity.json")).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(folder, "identity.json"), "utf8")).not.toContain(portal.token);
  });

  test("loses nothing when the agent dies between the portal's commit and its answer", async () => {
    const stop = new AbortController();
    const dying = parts({
      signal: stop.signal,
      pause: () => {
        stop.abort(new Error("killed"));
        return Promise.resolve();
      },
    });
    portal.refuse = { status: 503, code: "unavailable" };
    await expect(ensureEnrolled(dying)).rejects.toThrow();
    const { credential } = (await new IdentityStore(folder).readPending())!;
    portal.refuse = null;
    const { identity } = await ensureEnrolled(parts());
    expect(identity.credential).toBe(credential);
  });

  test("tries again while the portal is away", async () => {
    portal.refuse = { status: 503, code: "unavailable" };
    const waiting = parts({
      pause: async () => {
        pauses += 1;
        if (pauses === 3) portal.refuse = null;
      },
    });
    await ensureEnrolled(waiting);
    expect(events).toEqual(["enrolment_failed", "enrolment_failed", "enrolment_failed", "enrolled"]);
  });

  test("T18 a token that was spent is refused, and the agent says what to do", async () => {
    await ensureEnrolled(parts());
    rmSync(path.join(folder, "identity.json"));
    await expect(ensureEnrolled(parts())).rejects.toBeInstanceOf(EnrolmentImpossible);
    expect(pauses).toBe(0);
    await expect(ensureEnrolled(parts({ token: null }))).rejects.toThrow(/PORTCULLIS_ENROL_TOKEN/);
  });

  test("a new token enrols anew and keeps the box key; one that is refused leaves the old enrolment in force", async () => {
    const { identity: first } = await ensureEnrolled(parts());
    const refused = await ensureEnrolled(parts({ token: `pce_${"n".repeat(43)}` }));
    expect(refused).toEqual({ identity: first, fresh: false });
    expect(events.at(-1)).toBe("enrolment_refused");
    portal.enrolment = null;
    Object.assign(portal, { token: `pce_${"o".repeat(43)}` });
    const { identity: second, fresh } = await ensureEnrolled(parts());
    expect(fresh).toBe(true);
    expect(second.credential).not.toBe(first.credential);
    expect(second.box.publicKey).toBe(first.box.publicKey);
  });

  test("stops at a damaged identity rather than making another", async () => {
    await ensureEnrolled(parts());
    writeFileSync(path.join(folder, "identity.json"), "{}");
    await expect(ensureEnrolled(parts())).rejects.toThrow(/damaged/);
  });
});
