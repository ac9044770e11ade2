import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { listLicenses, makeLicense } from "@/lib/usecases/billing/licenses";
import { licenseFields } from "./fields";

export const GET = route("operator.read", { handle: async ({ ports, actor }) => ({ items: await listLicenses(ports, actor) }) });

export const POST = route("operator.read", { body: licenseFields.extend({ proof: proofSchema }), status: 201, handle: ({ ports, actor, body }) => makeLicense(ports, actor, body, body.proof) });
