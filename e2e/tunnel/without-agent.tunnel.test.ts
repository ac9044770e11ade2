/** A host without an agent, as docs/gateway-protocol.md sets it up: its script and curl against the portal's route, and real tunnels. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { NextRequest } from "next/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answers, reaches } from "@/agent/testing/tunnel-lab";
import { GET as wgConf } from "@/app/api/gateway/v1/wg.conf/route";
import { bringUpClient, type ClientTunnel, createNetwork, execIn, type Host, type Network } from "@/e2e/tunnel/netns";
import { renderClientConfig } from "@/lib/core/client-config";
import { generateKeyPair, type KeyPair } from "@/lib/core/keys";
import { serve } from "@/lib/testing/api";
import { openKit, type Kit } from "@/lib/testing/kit";
import { listedInstance, type ListedTenant } from "@/lib/testing/peer-list";
import { issueInput, proofOf } from "@/lib/testing/tenancy";
import { LAST_LINE } from "@/lib/usecases/fetch-peer-list";
import { issueClient } from "@/lib/usecases/issue-client";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { viewClient } from "@/lib/usecases/view-client";
import { freePort } from "@/scripts/http";
import { type PortalServer, startPortalServer } from "@/scripts/portal/server";

const SCRIPT = fileURLToPath(new URL("../../scripts/without-agent/fetch-peers.sh", import.meta.url));
const GATEWAY = "192.0.2.1";
const INSTANCE_ADDRESS = "10.77.0.1";

let kit: Kit;
let stopServing: () => void;
let server: PortalServer;
/** What the portal's server answers with. */
let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
let url: string;
let network: Network;
let host: Host;
let tunnel: ClientTunnel;
let folder: string;
let nas: ListedTenant;
let hostKeys: KeyPair;

async function fromThePortal(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await wgConf(new NextRequest(`http://portal.test${request.url}`, { headers: { authorization: request.headers.authorization ?? "" } }));
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text());
}

beforeEach(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
  const port = await freePort();
  server = await startPortalServer(port, ["127.0.0.1"], 0);
  answer = fromThePortal;
  server.open((request, response) => answer(request, response));
  url = `http://127.0.0.1:${port}/api/gateway/v1/wg.conf`;
  network = await createNetwork();
  host = await network.addHost("nas", { v4: GATEWAY, v6: "2001:db8::1" });
  hostKeys = generateKeyPair(kit.ports.randomBytes);
  nas = await listedInstance(kit, { publicKey: hostKeys.publicKey });
  folder = await mkdtemp(path.join(tmpdir(), "portcullis-nas-"));
  const own = `[Interface]\nPrivateKey = ${hostKeys.privateKey.reveal()}\nListenPort = 51820\n`;
  tunnel = await bringUpClient(host, `${own}Address = ${INSTANCE_ADDRESS}/24\n`);
  await writeFile(path.join(folder, `${tunnel.interfaceName}.own`), own, { mode: 0o600 });
  await writeFile(path.join(folder, `${tunnel.interfaceName}.auth`), `Authorization: Bearer ${nas.credential}\n`, { mode: 0o600 });
  // The script runs beside the test, where the portal is; WireGuard is in the host's namespace.
  await writeFile(path.join(folder, "wg"), `#!/bin/sh\nPATH='${process.env.PATH ?? ""}' exec ip netns exec ${host.namespace} wg "$@"\n`);
  await chmod(path.join(folder, "wg"), 0o755);
});

afterEach(async () => {
  stopServing();
  await server.stop(0);
  await network.remove();
  await kit.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the host's timer does. @returns the exit code, and what was said */
function runScript(at = url): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile("sh", [SCRIPT, tunnel.interfaceName, at, folder], { env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` } }, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: stdout + stderr }));
  });
}

const peersOnDevice = async (): Promise<string[]> => (await execIn(host, ["wg", "show", tunnel.interfaceName, "peers"])).split("\n").filter(Boolean);

async function addMachine(nickname: string, n: number): Promise<{ clientId: string; publicKey: string; machine: Host }> {
  kit.clock.advance(150_000);
  const challenge = await requestClientChallenge(kit.ports, nas.owner, { subscriptionId: nas.subscriptionId, nickname });
  const keys = generateKeyPair(kit.ports.randomBytes);
  const input = { ...issueInput(kit, nas.subscriptionId, nickname, challenge), publicKey: keys.publicKey };
  const { client, configuration } = await issueClient(kit.ports, nas.owner, input, proofOf(kit, challenge));
  const machine = await network.addHost(`m${n}`, { v4: `192.0.2.${10 + n}`, v6: `2001:db8::${10 + n}` });
  const conf = renderClientConfig({ ...configuration, endpoint: `${GATEWAY}:51820` }, { privateKey: keys.privateKey, presharedKey: null });
  await bringUpClient(machine, conf);
  return { clientId: client.id, publicKey: keys.publicKey, machine };
}

test("the list lets clients in and cuts them off, and the interface keeps its key and port; a fetch that fails changes nothing", async () => {
  const [kept, cut] = [await addMachine("kept", 1), await addMachine("cut", 2)];
  expect(await answers(kept.machine, INSTANCE_ADDRESS)).toBe(false);
  expect(await runScript()).toEqual({ code: 0, said: "" });
  await reaches(kept.machine, INSTANCE_ADDRESS);
  await reaches(cut.machine, INSTANCE_ADDRESS);
  expect(await execIn(host, ["wg", "show", tunnel.interfaceName, "listen-port"])).toBe("51820\n");
  expect(await execIn(host, ["wg", "show", tunnel.interfaceName, "public-key"])).toBe(`${hostKeys.publicKey}\n`);

  const place = { subscriptionId: nas.subscriptionId, clientId: cut.clientId };
  await revokeClient(kit.ports, nas.owner, place);
  const both = [kept.publicKey, cut.publicKey].sort();

  // Nobody there, another's credential, an error, half a list, and something else altogether.
  const failures: [string, typeof answer][] = [
    ["a broken connection", async (_request, response) => void response.destroy()],
    ["a redirect", async (_request, response) => void response.writeHead(302, { location: url }).end()],
    ["503", async (_request, response) => void response.writeHead(503).end(`${LAST_LINE}\n`)],
    ["nothing", async (_request, response) => void response.end()],
    ["half a list", async (_request, response) => void response.end(`# Instance\n\n[Peer]\nPublicKey = ${kept.publicKey}\n`)],
    ["a page", async (_request, response) => void response.end("<html></html>\n")],
  ];
  for (const [what, misbehave] of failures) {
    answer = misbehave;
    expect((await runScript()).code, what).not.toBe(0);
    expect((await peersOnDevice()).sort(), what).toEqual(both);
  }
  answer = fromThePortal;
  expect((await runScript("http://198.51.100.1/wg.conf")).said).toContain("must be https://");
  expect((await viewClient(kit.ports, nas.owner, place)).enforcement.status).toBe("pending");

  expect(await runScript()).toEqual({ code: 0, said: "" });
  expect(await peersOnDevice()).toEqual([kept.publicKey]);
  expect(await answers(cut.machine, INSTANCE_ADDRESS)).toBe(false);
  expect(await answers(kept.machine, INSTANCE_ADDRESS)).toBe(true);
  // Fetched is all that the portal knows, and all that it says.
  expect((await viewClient(kit.ports, nas.owner, place)).enforcement).toMatchObject({ status: "delivered", appliedAt: null, acknowledgedAt: null });
  expect(await readFile(SCRIPT, "utf8")).toContain(`'${LAST_LINE}'`);
});
