/** What pages show of systems, and what systems are told; spelled as in views.ts. */
import type { SystemState } from "@/lib/core/system";
import type { ClientView } from "./views";

/** A system as those see it who decide about it. */
export interface SystemView {
  id: string;
  /** As it was named here; until then, its host name. */
  name: string;
  /** As it said itself. */
  hostName: string;
  serial: string | null;
  version: string | null;
  publicKey: string;
  askedFrom: string | null;
  askedAt: string;
  /** Of the request, where nobody decides. */
  expiresAt: string;
  state: SystemState;
  /** Its peer: addresses, what the gateway saw of it, how far its gateway is; null until it is approved. */
  client: ClientView | null;
  may: { approve: boolean; refuse: boolean; rename: boolean; remove: boolean };
}

/** What a system needs to render its own configuration, around a private key that never left it. */
export interface SystemConfiguration {
  addresses: string[];
  dns: string[];
  mtu: number | null;
  serverPublicKey: string;
  endpoint: string;
  allowedIps: string[];
  persistentKeepaliveSeconds: number;
}

/** What a system is told of itself. */
export interface JoinView {
  id: string;
  name: string;
  state: SystemState;
  /** ISO 8601; of the request, where nobody decides. */
  expiresAt: string;
  pollAfterSeconds: number;
  /** null unless it is approved. */
  configuration: SystemConfiguration | null;
}

/** The answer to asking: with what to ask on. */
export interface JoinedView extends JoinView {
  /** Proves that it is meant; the same each time. */
  token: string;
}

/** The key that systems join an instance with, in the clear: shown once for each proof. */
export interface ApiKeyView {
  apiKey: string;
}
