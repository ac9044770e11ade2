import { route } from "@/lib/http/route";
import { requestAddressChallenge } from "@/lib/usecases/verify-address";

export const POST = route("address.verify", { status: 201, handle: ({ ports, actor }) => requestAddressChallenge(ports, actor) });
