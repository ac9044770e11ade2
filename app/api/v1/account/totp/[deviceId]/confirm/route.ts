import { z } from "zod";
import { route } from "@/lib/http/route";
import { confirmTotp } from "@/lib/usecases/factors/add-totp";

export const POST = route("account.security", {
  body: z.object({ code: z.string().max(40) }),
  handle: ({ ports, actor, params, body }) => confirmTotp(ports, actor, { deviceId: params.deviceId ?? "", code: body.code }),
});
