import { route } from "@/lib/http/route";
import { requestLicense } from "@/lib/usecases/billing/licenses";
import { licenseFields } from "../fields";

/** Asks for the proof that making a key takes. */
export const POST = route("operator.read", { body: licenseFields, status: 201, handle: ({ ports, actor, body }) => requestLicense(ports, actor, body) });
