import { route } from "@/lib/http/route";
import { acceptTransfer } from "@/lib/usecases/warranties/transfer-warranty";

export const POST = route("warranty.own", { handle: ({ ports, actor, params }) => acceptTransfer(ports, actor, { offerId: params.offerId ?? "" }) });
