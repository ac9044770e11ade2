import { gatewayRoute } from "@/lib/http/gateway-route";
import { reportRequestSchema, type ReportRequest } from "@/lib/protocol/messages";
import { takeReport } from "@/lib/usecases/gateway-report";

export const POST = gatewayRoute<ReportRequest>({ body: reportRequestSchema, handle: async ({ ports, gateway, body, sourceAddress }) => ({ ...(await takeReport(ports, gateway, body, sourceAddress)), ...(gateway.rotationDue ? { rotateCredential: true } : {}) }) });
