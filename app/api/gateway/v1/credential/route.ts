import { gatewayRoute } from "@/lib/http/gateway-route";
import { credentialRequestSchema, type CredentialRequest } from "@/lib/protocol/messages";
import { takeNextCredential } from "@/lib/usecases/gateways/credential";

export const POST = gatewayRoute<CredentialRequest>({ body: credentialRequestSchema, handle: ({ ports, gateway, body }) => takeNextCredential(ports, gateway, body) });
