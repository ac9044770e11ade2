/** Gateways, and the instances on them. */
import { PortcullisError } from "@/lib/core/errors";
import { findGatewayByName } from "@/lib/db/provisioning";
import { addGateway } from "@/lib/usecases/add-gateway";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import { need, type Command } from "./command";

export const GATEWAY_COMMANDS: Command[] = [
  {
    words: "gateway add",
    takes: "NAME --endpoint HOST",
    about: "registers a gateway and prints its one-time enrolment token",
    async run(ports, subject, options) {
      const added = await addGateway(ports, { name: need(subject, "NAME"), endpointHost: need(options.endpoint, "--endpoint") });
      console.log(`Gateway ${subject} (${added.gatewayId}) may enrol once until ${added.expiresAt.toISOString()} with this token:\n${added.enrolToken}`);
    },
  },
  {
    words: "instance provision",
    takes: "SUBSCRIPTION-ID --gateway NAME --name NAME --subnet CIDR",
    about: null,
    async run(ports, subject, options) {
      const gateway = await findGatewayByName(ports.db.read, need(options.gateway, "--gateway"));
      if (!gateway) throw new PortcullisError("not_found", `There is no gateway ${options.gateway}.`);
      const made = await provisionInstance(ports, { subscriptionId: need(subject, "SUBSCRIPTION-ID"), gatewayId: gateway.id, name: need(options.name, "--name"), subnetV4: need(options.subnet, "--subnet") });
      console.log(`Instance ${options.name} is asked for; it is ready once the gateway confirms it.\n${made.instanceId}`);
    },
  },
];
