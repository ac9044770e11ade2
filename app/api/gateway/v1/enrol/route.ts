import { enrolmentRoute } from "@/lib/http/gateway-route";
import { json } from "@/lib/http/responses";
import { enrolRequestSchema } from "@/lib/protocol/messages";
import { enrolGatewayAgent } from "@/lib/usecases/gateway-enrol";

export const POST = enrolmentRoute(enrolRequestSchema, async ({ ports, body, sourceAddress }) => {
  const { again, ...answer } = await enrolGatewayAgent(ports, body, sourceAddress);
  return json(answer, again ? 200 : 201);
});
