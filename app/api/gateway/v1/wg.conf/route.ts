import { peerListRoute } from "@/lib/http/gateway-route";
import { peerListOf } from "@/lib/usecases/fetch-peer-list";

export const GET = peerListRoute(peerListOf);
