import { z } from "zod";
import { route } from "@/lib/http/route";
import { beginAddressChange } from "@/lib/usecases/account/change-address";

export const POST = route("account.security", {
  status: 201,
  body: z.object({ email: z.string().max(2000) }),
  handle: ({ ports, actor, body }) => beginAddressChange(ports, actor, body),
});
