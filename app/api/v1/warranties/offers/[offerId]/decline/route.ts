import { route } from "@/lib/http/route";
import { declineTransfer } from "@/lib/usecases/warranties/transfer-warranty";

export const POST = route("warranty.own", { handle: ({ ports, actor, params }) => declineTransfer(ports, actor, { offerId: params.offerId ?? "" }) });
