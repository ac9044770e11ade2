import { route } from "@/lib/http/route";
import { proveWarranty } from "@/lib/usecases/warranties/prove-warranty";

export const GET = route("warranty.own", {
  handle: async ({ ports, actor, params }) => {
    const { fileName, pdf } = await proveWarranty(ports, actor, { warrantyId: params.warrantyId ?? "" });
    return new Response(pdf, { headers: { "content-type": "application/pdf", "content-disposition": `attachment; filename="${fileName}"`, "cache-control": "no-store" } });
  },
});
