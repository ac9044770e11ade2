import { route } from "@/lib/http/route";
import { requestResume } from "@/lib/usecases/resume-client";

export const POST = route("client.resume", {
  status: 201,
  handle: ({ ports, actor, params }) => requestResume(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }),
});
