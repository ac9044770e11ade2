import { z } from "zod";
import { route } from "@/lib/http/route";
import { listOwnWarranties } from "@/lib/usecases/warranties/list-warranties";
import { registerDevice } from "@/lib/usecases/warranties/register-warranty";

export const GET = route("warranty.own", { handle: ({ ports, actor }) => listOwnWarranties(ports, actor) });

export const POST = route("warranty.own", {
  body: z.object({ serial: z.string().max(200) }),
  status: 201,
  handle: ({ ports, actor, body }) => registerDevice(ports, actor, body),
});
