/**
 * The whole product on one machine, on real parts: provider, mail server, portal, gateway with its agent, instance. The
 * demo and the browser tests start it from here, so that what the tests prove is what the demo shows.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { migrate } from "@/lib/db/migrate";
import { seedDemo } from "@/prisma/seed";
import { COLLEAGUE, NEIGHBOUR, OPERATOR, SUBSCRIBER } from "@/scripts/demo/accounts";
import type { Child } from "@/scripts/demo/child";
import type { Endings } from "@/scripts/demo/endings";
import { type GatewayHost, type GatewayHostOptions, removeGatewayHost, startGatewayHost } from "@/scripts/demo/gateway-host";
import { INSTANCE_PORT, INSTANCE_USERNAME, seededInstance, type SeededInstance, startInstance } from "@/scripts/demo/instance";
import { prepareJoinedService, removeJoinedService } from "@/scripts/demo/joined-service";
import { tunnelSupport } from "@/scripts/demo/network";
import { startMailbox } from "@/scripts/demo/mailbox";
import { startOpenIdProvider } from "@/scripts/demo/openid-provider";
import { startPortal } from "@/scripts/demo/portal";
import type { Progress } from "@/scripts/demo/progress";
import type { RunFile } from "@/scripts/demo/run-file";
import { keptSecrets } from "@/scripts/demo/secrets";
import { GATEWAY_ADDRESS, gatewayNamespace, serviceNamespace } from "@/scripts/demo/world";

export interface StackOptions {
  /** Secrets, logs and the gateway's state; everything that a second start uses again, besides the database. */
  folder: string;
  databaseUrl: string;
  ports: { portal: number; oidc: number; mailbox: number; smtp: number };
  /** Tells the network namespaces of stacks on one machine apart; 1–9 characters of a-z and 0-9. */
  worldName: string;
  /** Also lets the machine itself reach the gateway, so that its own WireGuard can use a downloaded file. */
  reachableFromHere: boolean;
  /** Also another customer's instance, on the same subnet and gateway. */
  withNeighbour: boolean;
  progress: Progress;
  runFile: RunFile | null;
  /** Settings of the portal beyond those that the stack makes. */
  portalSettings?: Record<string, string>;
  agentSettings?: Record<string, string>;
  /** Told how to end each part, as soon as it is there. */
  endings: Endings;
  /** Told when a part ends by itself. */
  onFailure: (what: string) => void;
}

export interface Stack {
  portalUrl: string;
  issuer: string;
  mailboxUrl: string;
  logs: { portal: string; agent: string };
  portal: Child;
  subscriptionId: string;
  instance: SeededInstance & { username: string; password: string };
  /** Another customer's; null when there is none. */
  neighbour: SeededInstance | null;
  gatewayName: string;
  /** null: no tunnels are possible on this machine; `missing` says why. */
  gateway: GatewayHost | null;
  missing: string[];
}

const GATEWAY_NAME = "demo-1";
const OIDC_CLIENT_ID = "portcullis";

/** Whatever it started is noted in `endings`, also when it rejects. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { folder, databaseUrl, ports, progress, runFile, endings } = options;
  await mkdir(join(folder, "logs"), { recursive: true });
  const logs = (name: string) => join(folder, "logs", `${name}.log`);
  const secrets = await keptSecrets(folder);
  const portalUrl = `http://localhost:${ports.portal}`;
  const watch = async (child: Child) => {
    const how = await child.ended;
    if (!endings.begun) options.onFailure(`${child.name} has ended by itself (${how}).`);
  };

  const { issuer, mailbox } = await progress.step("Starting the OpenID provider and the mail server", async () => {
    const provider = await startOpenIdProvider({ port: ports.oidc, client: { id: OIDC_CLIENT_ID, secret: secrets.oidcClientSecret }, portals: [portalUrl] });
    await endings.add(() => provider.stop());
    const started = await startMailbox({ smtpPort: ports.smtp, httpPort: ports.mailbox });
    await endings.add(() => started.stop());
    return { issuer: provider.issuer, mailbox: started };
  });

  const seeded = await progress.step("Preparing the database", async () => {
    await migrate(databaseUrl);
    return seedDemo({ databaseUrl, issuer, subscriber: SUBSCRIBER, operator: OPERATOR, colleague: COLLEAGUE, neighbour: options.withNeighbour ? NEIGHBOUR : null, gateway: { name: GATEWAY_NAME, endpointHost: GATEWAY_ADDRESS } });
  });
  const instance = await seededInstance(databaseUrl, seeded.instanceId);
  const neighbour = seeded.neighbourInstanceId === null ? null : await seededInstance(databaseUrl, seeded.neighbourInstanceId);

  const portal = await progress.step("Starting the portal", async () => {
    const child = await startPortal({
      url: portalUrl, port: ports.portal, databaseUrl, issuer, smtpUrl: mailbox.smtpUrl, clientId: OIDC_CLIENT_ID, clientSecret: secrets.oidcClientSecret,
      portalSecret: secrets.portalSecret, operators: [OPERATOR.email], logFile: logs("portal"), runFile, endings, settings: options.portalSettings ?? {},
    });
    void watch(child);
    return child;
  });

  const { implementation, missing } = await tunnelSupport();
  let gateway: GatewayHost | null = null;
  if (implementation) {
    const plan: GatewayHostOptions = {
      namespace: gatewayNamespace(options.worldName), address: GATEWAY_ADDRESS, reachableFromHere: options.reachableFromHere ? `pc${options.worldName}` : null,
      portalUrl, enrolToken: seeded.enrolToken, stateFolder: join(folder, "gateway"), logFile: logs("agent"), runFile, endings, settings: options.agentSettings ?? {},
    };
    gateway = await progress.step(`Starting the gateway (${implementation === "kernel" ? "WireGuard in the kernel" : "wireguard-go"}) and ${neighbour ? "two instances" : "the instance"}`, async () => {
      // What a killed run left behind goes first; what this one makes goes last, even if it is half-made.
      await removeGatewayHost(plan.namespace, databaseUrl);
      await endings.add(() => removeGatewayHost(plan.namespace, databaseUrl));
      if (neighbour) await endings.add(() => removeJoinedService(serviceNamespace(options.worldName)));
      try {
        const joined = neighbour && (await prepareJoinedService({ namespace: serviceNamespace(options.worldName), folder, instanceId: neighbour.id, port: INSTANCE_PORT }));
        const started = await startGatewayHost(joined ? { ...plan, settings: { PORTCULLIS_HOOKS_DIR: joined.hooksFolder, ...plan.settings } } : plan);
        void watch(started.agent);
        void watch(await startInstance({ instance, password: secrets.instancePassword, agent: started.agent, logFile: logs("instance"), runFile, endings }));
        if (neighbour && joined) void watch(await startInstance({ instance: neighbour, joinedFrom: joined.namespace, label: "The neighbour’s instance", password: secrets.instancePassword, agent: started.agent, logFile: logs("neighbour"), runFile, endings }));
        return started;
      } catch (error) {
        // Called off while an `ip` command was under way: what that made came after the removal.
        if (endings.begun) await removeGatewayHost(plan.namespace, databaseUrl).catch(() => {});
        throw error;
      }
    });
  }
  return {
    portalUrl, issuer, mailboxUrl: mailbox.url, logs: { portal: logs("portal"), agent: logs("agent") }, portal, subscriptionId: seeded.subscriptionId,
    instance: { ...instance, username: INSTANCE_USERNAME, password: secrets.instancePassword }, neighbour, gatewayName: GATEWAY_NAME, gateway, missing,
  };
}
