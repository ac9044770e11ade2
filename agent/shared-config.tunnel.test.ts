/** Product rule 6 on the real WireGuard: one file on two machines is told from what the agent reports, one that moves is not. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { addressOf, makeClient, makeInstance, pingOn, reaches, type TestClient, TunnelLab } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { execIn } from "@/e2e/tunnel/netns";
import { detectSharing, extendTrail, networkOf, type Sharing, type Sighting } from "@/lib/core/shared-config";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});

afterEach(() => lab.close());

/** What a portal makes of the reports, as they come in. */
class Judge {
  private trail: Sighting[] = [];
  private taken = 0;

  constructor(private readonly publicKey: string) {}

  /** Takes up the next report, waiting for it. @returns what it shows together with those before */
  async next(): Promise<Sharing | null> {
    const report = await portal.reported((candidate) => portal.reports.indexOf(candidate) >= this.taken);
    this.taken = portal.reports.indexOf(report) + 1;
    const now = Date.now();
    const seen = (report.moves ?? []).filter(({ publicKey }) => publicKey === this.publicKey).flatMap((move) => move.seen);
    this.trail = extendTrail(
      this.trail,
      seen.map(({ msAgo, endpoint, latestHandshakeSecondsAgo }) => ({ at: now - msAgo, network: networkOf(endpoint), handshakeAt: latestHandshakeSecondsAgo === null ? null : now - latestHandshakeSecondsAgo * 1_000 })),
    );
    return detectSharing(this.trail);
  }

  get networks(): string[] {
    return [...new Set(this.trail.map(({ network }) => network))].sort();
  }
}

async function start(): Promise<{ instance: ReturnType<typeof makeInstance>; serverKey: string; client: TestClient }> {
  // As agents are set up by default.
  await lab.startEnrolled({ PORTCULLIS_REPORT_SECONDS: "5" });
  const instance = makeInstance();
  const serverKey = await lab.provision(instance);
  const client = makeClient(instance, 2, lab.boxKey);
  await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
  return { instance, serverKey, client };
}

test("the same file on two machines behind different addresses is told, about a minute after both are active", async ({ annotate }) => {
  const { instance, serverKey, client } = await start();
  const judge = new Judge(client.peer.publicKey);
  const { host: first } = await lab.connect(client, instance, serverKey);
  await reaches(first, addressOf(instance, 4));
  const pings = [pingOn(first, addressOf(instance, 4))];
  const { host: second } = await lab.connect(client, instance, serverKey);
  await reaches(second, addressOf(instance, 4));
  const since = Date.now();
  pings.push(pingOn(second, addressOf(instance, 4)));
  let sharing: Sharing | null = null;
  while (sharing === null) sharing = await judge.next();
  // How long it takes depends on how busy this machine is: a figure to read, not to fail on.
  await annotate(`told after ${Math.round((Date.now() - since) / 1_000)} s`);
  expect([...sharing.networks].sort()).toEqual(["192.0.2.11", "192.0.2.12"]);
  await Promise.all(pings.map((ping) => ping.lost()));
}, 600_000);

test("one machine that goes to another network and back, with a new session each time, is seen to move and not taken for two", async () => {
  const { instance, serverKey, client } = await start();
  const judge = new Judge(client.peer.publicKey);
  const { host, reconnect } = await lab.connect(client, instance, serverKey);
  await reaches(host, addressOf(instance, 4));
  const change = async (from: string, to: string): Promise<void> => {
    await execIn(host, ["ip", "address", "delete", `${from}/24`, "dev", "eth0"]);
    await execIn(host, ["ip", "address", "add", `${to}/24`, "dev", "eth0"]);
    // Starts the tunnel anew, as apps do.
    await reconnect();
    await reaches(host, addressOf(instance, 4));
  };
  await portal.reported(({ peers }) => peers.some(({ endpoint }) => endpoint?.startsWith("192.0.2.11:")));
  await change("192.0.2.11", "192.0.2.99");
  while (judge.networks.length < 2) expect(await judge.next()).toBeNull();
  await change("192.0.2.99", "192.0.2.11");
  for (let reports = 0; reports < 3; reports += 1) expect(await judge.next()).toBeNull();
  expect(judge.networks).toEqual(["192.0.2.11", "192.0.2.99"]);
}, 400_000);
