import { route } from "@/lib/http/route";
import { withdrawLicenseKey } from "@/lib/usecases/billing/licenses";

export const DELETE = route("operator.read", { handle: async ({ ports, actor, params }) => ({ items: await withdrawLicenseKey(ports, actor, { licenseId: params.licenseId ?? "" }) }) });
