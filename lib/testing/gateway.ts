/** A gateway as the portal meets it: the protocol's messages through the real use cases, with no device behind. */
import { generateKeyPair, type KeyPair } from "@/lib/core/keys";
import type { GatewayIdentity } from "@/lib/db/gateways";
import { readFullState } from "@/lib/db/gateway-state";
import { digestOf, elementsOf, toHex } from "@/lib/protocol/digest";
import type { AckRequest, AckResponse, StateResponse } from "@/lib/protocol/messages";
import { addGateway } from "@/lib/usecases/add-gateway";
import { acknowledgeRevision } from "@/lib/usecases/gateway-ack";
import { enrolGatewayAgent } from "@/lib/usecases/gateway-enrol";
import type { Kit } from "./kit";

export type FullState = Extract<StateResponse, { kind: "full" }>;

/** Hex, as messages carry it. */
export const digestOfState = (state: Pick<FullState, "instances">): string => toHex(digestOf(state.instances.flatMap((instance) => [...elementsOf(instance)])));

export interface TestGateway extends GatewayIdentity {
  /** "pcg_" and 43 characters. */
  credential: string;
  boxKeys: KeyPair;
  /** The public key that this gateway's interface for an instance has. */
  keyOf(instanceId: string): string;
  fetch(): Promise<FullState>;
  /** Confirms the state as applied. */
  acknowledge(state: FullState, changes?: Partial<AckRequest>): Promise<AckResponse>;
  /** Fetches and confirms. */
  sync(): Promise<FullState>;
}

export const newCredential = (kit: Kit): string => `pcg_${Buffer.from(kit.ports.randomBytes(32)).toString("base64url")}`;

/** Adds and enrols one. */
export async function makeGateway(kit: Kit, name = `gw-${kit.ports.newId().slice(0, 8)}`): Promise<TestGateway> {
  const { ports } = kit;
  const { enrolToken } = await addGateway(ports, { name, endpointHost: "gateway.test" });
  const boxKeys = generateKeyPair(ports.randomBytes);
  const credential = newCredential(kit);
  const { gatewayId } = await enrolGatewayAgent(
    ports,
    { token: enrolToken, credential, protocol: 1, agentVersion: "0.1.0", boxPublicKey: boxKeys.publicKey, wireguard: { implementation: "kernel", toolsVersion: "v1.0" } },
    "198.51.100.7",
  );
  const identity: GatewayIdentity = { id: gatewayId, name };
  const keys = new Map<string, string>();
  const gateway: TestGateway = {
    ...identity,
    credential,
    boxKeys,
    keyOf(instanceId) {
      const known = keys.get(instanceId) ?? generateKeyPair(ports.randomBytes).publicKey;
      keys.set(instanceId, known);
      return known;
    },
    fetch: () => readFullState(ports.db, gatewayId, ports.clock.now()),
    acknowledge: (state, changes = {}) =>
      acknowledgeRevision(
        ports,
        identity,
        {
          revision: state.revision,
          digest: digestOfState(state),
          receivedMsAgo: 0,
          appliedMsAgo: 0,
          instances: state.instances.map(({ instanceId }) => ({ instanceId, publicKey: gateway.keyOf(instanceId) })),
          failures: [],
          ...changes,
        },
        "198.51.100.7",
      ),
    async sync() {
      const state = await gateway.fetch();
      await gateway.acknowledge(state);
      return state;
    },
  };
  return gateway;
}
