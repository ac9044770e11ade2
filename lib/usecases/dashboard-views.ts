/** What the first page after signing in gets. */
import type { InvitedRole } from "@/lib/core/members";
import type { TrafficPoint } from "./traffic-view";
import type { SubscriptionView } from "./views";
import type { DeviceView } from "./warranty-views";

export interface DashboardView {
  /** What somebody should look at, the most pressing first. */
  needs: NeedView[];
  /** By name; those that have ended last. */
  subscriptions: SubscriptionSummaryView[];
  /** Of the reader's devices, those that end within two months, the first ones first. */
  warranties: (DeviceView & { id: string })[];
}

/** A subscription, and what of it the reader may know: a member's figures are of their own clients. */
export interface SubscriptionSummaryView {
  subscription: SubscriptionView;
  clients: { count: number; online: number };
  /** null: not the reader's to know. */
  systems: { count: number; online: number } | null;
  /** Changes that the gateway has yet to confirm; where nothing is ever confirmed, to fetch. */
  pending: number;
  /** People who were asked to join, and have not; 0 too for who may not invite. */
  invited: number;
  /** Of these clients together: the last 24 hours and the one that goes on. None: nothing went through. */
  traffic: TrafficPoint[];
}

interface InSubscription {
  subscription: { id: string; name: string };
}
interface OfClients extends InSubscription {
  count: number;
  /** The one to go to; of several, one of them. */
  client: { id: string; name: string };
  at: string;
}

export type NeedView =
  /** Two machines were seen on one config. */
  | ({ kind: "config-shared" } & OfClients)
  /** Taken away, and not confirmed by the gateway. systemId: it is a system's. */
  | ({ kind: "cut-pending"; systemId: string | null; gatewayAnswers: boolean } & OfClients)
  /** The reader's own machines are off until they sign in again. */
  | ({ kind: "sign-in-again"; at: string } & InSubscription)
  | ({ kind: "payment-due"; until: string | null } & InSubscription)
  | ({ kind: "suspended" } & InSubscription)
  | ({ kind: "system-waiting"; count: number; system: { id: string; name: string }; at: string } & InSubscription)
  | ({ kind: "ownership-offered"; fromEmail: string; at: string } & InSubscription)
  /** Asked to join; the link is in the mail. */
  | { kind: "invited"; id: string; subscriptionName: string; invitedByEmail: string; role: InvitedRole; at: string }
  /** The instance moved: the machine needs another file. */
  | ({ kind: "new-file" } & Omit<OfClients, "at">)
  /** The reader's own client ends before long. */
  | ({ kind: "client-ending" } & OfClients)
  | { kind: "device-offered"; serial: string; model: string; fromEmail: string; at: string };
