import { gatewayRoute } from "@/lib/http/gateway-route";
import { ackRequestSchema, type AckRequest } from "@/lib/protocol/messages";
import { acknowledgeRevision } from "@/lib/usecases/gateway-ack";

export const POST = gatewayRoute<AckRequest>({
  body: ackRequestSchema,
  handle: ({ ports, gateway, body, sourceAddress }) => acknowledgeRevision(ports, gateway, body, sourceAddress),
});
