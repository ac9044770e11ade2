import { z } from "zod";
import { systemRoute } from "@/lib/http/system-route";
import { joinSystem, requireApiKey } from "@/lib/usecases/systems/join";

/** A system asks to join, with the instance's API key: docs/systems.md. */
export const POST = systemRoute({
  identify: ({ ports, credential, source }) => requireApiKey(ports, credential, source),
  body: z.object({ publicKey: z.string().max(100), hostName: z.string().max(300), serial: z.string().max(300).nullish(), version: z.string().max(300).nullish() }),
  status: 202,
  handle: ({ ports, who, body, source }) => joinSystem(ports, who, body, source),
});
