import { route } from "@/lib/http/route";
import { requestDirectoryToken } from "@/lib/usecases/directory/token";

/** Asks for the proof that making a token for the directory takes. */
export const POST = route("directory.manage", {
  status: 201,
  handle: ({ ports, actor, params }) => requestDirectoryToken(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
