import { gatewayRoute } from "@/lib/http/gateway-route";
import { reportRequestSchema, type ReportRequest } from "@/lib/protocol/messages";
import { takeReport } from "@/lib/usecases/gateway-report";

export const POST = gatewayRoute<ReportRequest>({ body: reportRequestSchema, handle: ({ ports, gateway, body, sourceAddress }) => takeReport(ports, gateway, body, sourceAddress) });
