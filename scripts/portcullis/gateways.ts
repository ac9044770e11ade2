/** Gateways, and the instances on them. */
import { PortcullisError } from "@/lib/core/errors";
import { findGatewayByName } from "@/lib/db/provisioning";
import { addAgentlessGateway, addGateway } from "@/lib/usecases/add-gateway";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import { makeListCredential } from "@/lib/usecases/make-list-credential";
import { need, type Command } from "./command";

export const GATEWAY_COMMANDS: Command[] = [
  {
    words: "gateway add",
    takes: "NAME --endpoint HOST [--without-agent]",
    about: "registers a gateway and prints its one-time enrolment token",
    async run(ports, subject, options) {
      if (options["without-agent"]) {
        const { gatewayId } = await addAgentlessGateway(ports, { name: need(subject, "NAME"), endpointHost: need(options.endpoint, "--endpoint") });
        console.log(`Gateway ${subject} (${gatewayId}) has no agent: what it does is never confirmed. Provision its instances with --public-key.`);
        return;
      }
      const added = await addGateway(ports, { name: need(subject, "NAME"), endpointHost: need(options.endpoint, "--endpoint") });
      console.log(`Gateway ${subject} (${added.gatewayId}) may enrol once until ${added.expiresAt.toISOString()} with this token:\n${added.enrolToken}\nOn its host, install the agent with the command that the operator console shows under Gateways; it asks for the token.`);
    },
  },
  {
    words: "instance provision",
    takes: "SUBSCRIPTION-ID --gateway NAME --name NAME --subnet CIDR [--public-key KEY]",
    about: null,
    async run(ports, subject, options) {
      const gateway = await findGatewayByName(ports.db.read, need(options.gateway, "--gateway"));
      if (!gateway) throw new PortcullisError("not_found", `There is no gateway ${options.gateway}.`);
      const made = await provisionInstance(ports, { subscriptionId: need(subject, "SUBSCRIPTION-ID"), gatewayId: gateway.id, name: need(options.name, "--name"), subnetV4: need(options.subnet, "--subnet"), publicKey: options["public-key"] ?? null });
      console.log(options["public-key"] ? `Instance ${options.name} is ready; its host listens on UDP port ${made.listenPort}.\n${made.instanceId}` : `Instance ${options.name} is asked for; it is ready once the gateway confirms it.\n${made.instanceId}`);
    },
  },
  {
    words: "instance list-credential",
    takes: "INSTANCE-ID",
    about: "makes the credential a host without an agent fetches its peers with",
    async run(ports, subject) {
      const { credential } = await makeListCredential(ports, need(subject, "INSTANCE-ID"));
      console.log(`With this, and no longer with an earlier one, the host fetches /api/gateway/v1/wg.conf:\n${credential}`);
    },
  },
];
