/** Expiry on a gateway whose clock is wrong, with the portal away: nobody whose time was over comes back, nobody else is cut. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runAgent } from "@/agent/agent";
import { parseSettings } from "@/agent/settings";
import { type TestClient, TunnelLab, makeClient, makeInstance, show, startTools } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { machineUptime } from "@/agent/uptime";
import { eventually } from "@/e2e/tunnel/netns";
import type { Instance } from "@/lib/protocol/messages";

const TEN_MINUTES = 600_000;
const YEAR = 365 * 86_400_000;

/** The gateway's host, as the agent sees it: its clock is so much off, and it can be started anew. */
const host = { offMs: 0, run: 1 };
const agents: (() => Promise<void>)[] = [];
let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  Object.assign(host, { offMs: 0, run: 1 });
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});
afterEach(async () => {
  for (const stop of agents.splice(0)) await stop();
  await lab.close();
});

/** The agent as it is, in this process, on that host. */
function start({ downOnExit = false } = {}): { logged: (event: string) => Promise<void>; stop: () => Promise<void> } {
  const controller = new AbortController();
  const events: string[] = [];
  let wake = (): void => undefined;
  const settings = parseSettings(
    {
      PORTCULLIS_PORTAL_URL: portal.url,
      PORTCULLIS_ENROL_TOKEN: portal.token,
      PORTCULLIS_STATE_DIR: lab.stateFolder,
      PORTCULLIS_HOST_NETNS: lab.gateway.namespace,
      PORTCULLIS_REPORT_SECONDS: "0.5",
      PORTCULLIS_DOWN_ON_EXIT: downOnExit ? "1" : "0",
    },
    [],
  );
  const tools = startTools();
  const surroundings = {
    tools,
    log: (event: string) => {
      events.push(event);
      wake();
    },
    clock: { now: () => new Date(Date.now() + host.offMs) },
    monotonicNow: () => performance.now(),
    uptime: { run: `run ${host.run}`, now: machineUptime().now },
    random: Math.random,
  };
  const running = runAgent(settings, surroundings, controller.signal)
    .catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    })
    .finally(() => tools.close());
  const stop = async (): Promise<void> => {
    controller.abort(new Error("over"));
    await running;
  };
  agents.push(stop);
  const logged = async (event: string): Promise<void> => {
    while (!events.includes(event)) await Promise.race([running.then(() => Promise.reject(new Error(`The agent ended without logging ${event}.`))), new Promise<void>((resolve) => (wake = resolve))]);
  };
  return { logged, stop };
}

const peersOn = async (instance: Instance): Promise<string[]> => (await show(instance, "peers", lab.gateway)).flat();

/** The agent of an enrolled gateway, with a client whose time is over in so many seconds by the portal's clock, and one who has an hour. The portal is away then. */
async function withPortalAway(seconds: number, downOnExit = false): Promise<{ agent: ReturnType<typeof start>; instance: Instance; soon: TestClient; later: TestClient; endsAt: number }> {
  const agent = start({ downOnExit });
  await agent.logged("enrolled");
  const instance = makeInstance();
  await lab.provision(instance);
  const [soon, later] = [makeClient(instance, 2), makeClient(instance, 3)];
  const endsAt = Date.now() + seconds * 1_000;
  const change = ({ peer }: TestClient, at: number) => ({ kind: "peer" as const, instanceId: instance.instanceId, peer: { ...peer, expiresAt: new Date(at).toISOString() } });
  await portal.confirmed(portal.commit(change(soon, endsAt), change(later, Date.now() + 3_600_000)));
  await portal.stop();
  await agent.logged("portal_lost");
  return { agent, instance, soon, later, endsAt };
}

/** Wrong by so much from the beginning: the portal's word has told the agent. */
describe.each([-YEAR, -TEN_MINUTES, TEN_MINUTES, YEAR])("a clock that is off by %d ms all along", (off) => {
  test("ends a client's time when it is over and not before, after a restart too; the other's goes on", async () => {
    host.offMs = off;
    const { agent, instance, soon, later, endsAt } = await withPortalAway(4);
    await agent.stop();
    const next = start();
    await next.logged("rebuilt");
    expect((await peersOn(instance)).includes(soon.peer.publicKey) || Date.now() >= endsAt).toBe(true);
    await eventually("the one is cut", async () => (await peersOn(instance)).join() === later.peer.publicKey);
    // The portal's time is known to two seconds.
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt - 2_000);
    await next.stop();
    await start().logged("rebuilt");
    expect(await peersOn(instance)).toEqual([later.peer.publicKey]);
  });
});

describe.each([TEN_MINUTES, YEAR])("a clock that is set back by %d ms with the portal away", (by) => {
  test("gives nobody more time, while the agent runs and over its restart", async () => {
    const { agent, instance, later } = await withPortalAway(4);
    host.offMs = -by;
    await agent.stop();
    host.offMs = -2 * by;
    const next = start();
    await next.logged("expired");
    await eventually("the one is cut", async () => (await peersOn(instance)).join() === later.peer.publicKey);
  });

  test("gives nobody their time back when the host is started anew and all is rebuilt from disk; when the portal is there again, its word counts", async () => {
    const { agent, instance, soon, later } = await withPortalAway(1, true);
    await agent.logged("expired");
    await agent.stop();
    Object.assign(host, { offMs: -by, run: 2 });
    const next = start();
    await next.logged("rebuilt");
    expect(await peersOn(instance)).toEqual([later.peer.publicKey]);
    await portal.start();
    await portal.confirmed(portal.addPeer(instance.instanceId, { ...soon.peer, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }));
    expect((await peersOn(instance)).toSorted()).toEqual([soon, later].map(({ peer }) => peer.publicKey).toSorted());
  });
});

test("a clock that is set ahead by a year with the portal away errs to the safe side, and the portal's return mends it with the same keys, each for as long as it has", async () => {
  const { agent, instance, later } = await withPortalAway(8);
  host.offMs = YEAR;
  await eventually("both are cut", async () => (await peersOn(instance)).length === 0);
  await agent.stop();
  host.offMs = 0;
  const next = start();
  await next.logged("rebuilt");
  expect(await peersOn(instance)).toEqual([]);
  await portal.start();
  // Whoever has a moment left is back for that moment: nothing new was committed, so no new revision tells the agent to look again.
  await eventually("only the one who has time is back", async () => (await peersOn(instance)).join() === later.peer.publicKey);
});
