/** The browser's side of the portal's API: one function a request, typed answers, `ApiError` for everything else. */
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser";
import type { ClientLimit } from "@/lib/core/client-limits";
import type { SharedConfigPolicy } from "@/lib/core/vocabulary";
import type { DashboardView } from "@/lib/usecases/dashboard-views";
import type { TrafficView } from "@/lib/usecases/traffic-view";
import type { ApiKeyView, SystemView } from "@/lib/usecases/system-views";
import type { ActivityView, BlockView, ClientChallengeView, ClientView, GatewayOffer, FoundClientView, GatewayView, IssuedClientView, MailedChallengeView, Page, StepUpView, SubscriptionView, UserView } from "@/lib/usecases/views";
import { networkError, parseErrorBody } from "./api-error";
import { noteSessionEnd } from "./session-end";
import type { Proof } from "./step-up";

const TIMEOUT_MS = 20_000;

interface RequestOptions {
  body?: unknown;
  signal?: AbortSignal;
}

export interface IssueRequest {
  nickname: string;
  publicKey: string;
  sealedPresharedKey: string | null;
  /** ISO 8601; null: no end, or as late as the plan allows. As asked for with the proof. */
  expiresAt: string | null;
  proof: Proof;
}

export interface AddressChallenge extends MailedChallengeView {
  challengeId: string;
}

/** Sends one request. An abort by the caller rejects with the browser's AbortError; anything else with `ApiError`. */
export async function send<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, { body, signal }: RequestOptions = {}): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const headers = new Headers({ accept: "application/json" });
  const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store", redirect: "error" };
  init.signal = signal ? AbortSignal.any([signal, timeout]) : timeout;
  if (body !== undefined) {
    headers.set("content-type", "application/json");
    init.body = JSON.stringify(body);
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, init);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw networkError();
  }
  const parsed = parseJson(text);
  if (!response.ok) {
    const error = parseErrorBody(response.status, parsed, response.headers.get("retry-after"));
    if (error.code === "not_signed_in") noteSessionEnd();
    throw error;
  }
  if (parsed === undefined && response.status !== 204) throw parseErrorBody(response.status, null);
  return parsed as T;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const id = encodeURIComponent;
const inSubscription = (subscriptionId: string): string => `/api/v1/subscriptions/${id(subscriptionId)}`;

function query(values: Record<string, string | null | undefined>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) given.set(name, value);
  const text = given.toString();
  return text === "" ? "" : `?${text}`;
}

export const api = {
  dashboard: () => send<DashboardView>("GET", "/api/v1/dashboard"),

  subscription: (subscriptionId: string) => send<SubscriptionView>("GET", inSubscription(subscriptionId)),

  clients: (subscriptionId: string, page: { cursor?: string | null; query?: string }, signal?: AbortSignal) =>
    send<Page<ClientView>>("GET", `${inSubscription(subscriptionId)}/clients${query({ cursor: page.cursor, q: page.query })}`, { signal }),

  client: (subscriptionId: string, clientId: string) => send<ClientView>("GET", `${inSubscription(subscriptionId)}/clients/${id(clientId)}`),

  activity: (subscriptionId: string, cursor: string | null) =>
    send<Page<ActivityView>>("GET", `${inSubscription(subscriptionId)}/activity${query({ cursor })}`),

  /** Asks for a proof for adding one client of this nickname; mails a code to who has nothing stronger. */
  requestClientChallenge: (subscriptionId: string, nickname: string, expiresAt: string | null) =>
    send<ClientChallengeView>("POST", `${inSubscription(subscriptionId)}/clients/challenge`, { body: { nickname, expiresAt } }),

  /** Mails the code of a challenge: again, or for the first time where something stronger was offered first. */
  mailChallenge: (challengeId: string) => send<MailedChallengeView>("POST", `/api/v1/challenges/${id(challengeId)}/mail`, { body: {} }),

  /** What the browser needs to prove a challenge with a passkey. */
  passkeyOptions: (challengeId: string) => send<PublicKeyCredentialRequestOptionsJSON>("POST", `/api/v1/challenges/${id(challengeId)}/passkey`, { body: {} }),

  /** Says where to sign in once more; the browser is expected back with a proof for this challenge. */
  freshSignIn: (challengeId: string) => send<{ provider: { id: string; name: string } }>("POST", `/api/v1/challenges/${id(challengeId)}/provider`, { body: {} }),

  /** Safe to repeat with the same key and proof: the portal answers with the client it already issued. */
  issueClient: (subscriptionId: string, request: IssueRequest) =>
    send<IssuedClientView>("POST", `${inSubscription(subscriptionId)}/clients`, { body: request }),

  revokeClient: (subscriptionId: string, clientId: string) =>
    send<ClientView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/revoke`, { body: {} }),

  suspendClient: (subscriptionId: string, clientId: string) =>
    send<ClientView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/suspend`, { body: {} }),

  /** Asks for the proof that resuming takes. */
  askResume: (subscriptionId: string, clientId: string) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/resume/challenge`, { body: {} }),

  resumeClient: (subscriptionId: string, clientId: string, proof: Proof) =>
    send<ClientView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/resume`, { body: { proof } }),

  /** An earlier end. */
  shortenClient: (subscriptionId: string, clientId: string, expiresAt: string) =>
    send<ClientView>("PUT", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/expiry`, { body: { expiresAt } }),

  /** Asks for the proof that a later end takes. */
  askExtension: (subscriptionId: string, clientId: string, expiresAt: string | null) =>
    send<StepUpView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/extension/challenge`, { body: { expiresAt } }),

  extendClient: (subscriptionId: string, clientId: string, expiresAt: string | null, proof: Proof) =>
    send<ClientView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/extension`, { body: { expiresAt, proof } }),

  /** Asks for the proof that a new key for one's own client takes. */
  askKeyReplacement: (subscriptionId: string, clientId: string) =>
    send<ClientChallengeView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/key/challenge`, { body: {} }),

  /** Safe to repeat with the same key and proof. */
  replaceKey: (subscriptionId: string, clientId: string, request: { publicKey: string; sealedPresharedKey: string | null; proof: Proof }) =>
    send<IssuedClientView>("POST", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/key`, { body: request }),

  requestAddressChallenge: () => send<AddressChallenge>("POST", "/api/v1/address/challenge", { body: {} }),

  verifyAddress: (challengeId: string, code: string) => send<void>("POST", "/api/v1/address/verify", { body: { challengeId, code } }),

  searchClients: (text: string, cursor: string | null, signal?: AbortSignal) =>
    send<Page<FoundClientView>>("GET", `/api/v1/operator/clients${query({ q: text, cursor })}`, { signal }),

  gateways: () => send<Page<GatewayView>>("GET", "/api/v1/operator/gateways"),

  /** Asks for the proof that turning the policy off takes. */
  askPolicyChange: (subscriptionId: string) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/policy/challenge`, { body: {} }),

  setPolicy: (subscriptionId: string, policy: { twoFactorRequired: boolean; proof?: Proof }) => send<SubscriptionView>("PATCH", `${inSubscription(subscriptionId)}/policy`, { body: policy }),

  /** Asks for the proof that no longer suspending clients that are shared takes. */
  askSharedConfigChange: (subscriptionId: string) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/policy/shared-config/challenge`, { body: {} }),

  setSharedConfig: (subscriptionId: string, policy: { sharedConfig: SharedConfigPolicy; proof?: Proof }) =>
    send<SubscriptionView>("PATCH", `${inSubscription(subscriptionId)}/policy/shared-config`, { body: policy }),

  /** Asks for the proof that letting members sign in less often takes. */
  askSignInChange: (subscriptionId: string, policy: { days: number | null }) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/policy/sign-in/challenge`, { body: policy }),

  setSignIn: (subscriptionId: string, policy: { days: number | null; proof?: Proof }) => send<SubscriptionView>("PATCH", `${inSubscription(subscriptionId)}/policy/sign-in`, { body: policy }),

  /** Asks for the proof that a higher limit, or none, takes. */
  askClientLimit: (subscriptionId: string, wish: { limit: ClientLimit; most: number | null }) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/policy/limits/challenge`, { body: wish }),

  setClientLimit: (subscriptionId: string, wish: { limit: ClientLimit; most: number | null; proof?: Proof }) => send<SubscriptionView>("PATCH", `${inSubscription(subscriptionId)}/policy/limits`, { body: wish }),

  /** Asks for the proof that letting machines reach one another takes. */
  askPeersReach: (subscriptionId: string) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/policy/peers-reach/challenge`, { body: {} }),

  setPeersReach: (subscriptionId: string, policy: { peersReach: boolean; proof?: Proof }) => send<SubscriptionView>("PATCH", `${inSubscription(subscriptionId)}/policy/peers-reach`, { body: policy }),

  cutOffGateway: (gatewayId: string) => send<void>("POST", `/api/v1/operator/gateways/${id(gatewayId)}/cut-off`, { body: {} }),

  rotateGatewayCredential: (gatewayId: string) => send<void>("POST", `/api/v1/operator/gateways/${id(gatewayId)}/rotate-credential`, { body: {} }),

  traffic: (subscriptionId: string, clientId: string) => send<TrafficView>("GET", `${inSubscription(subscriptionId)}/clients/${id(clientId)}/traffic`),

  /** Sets up the subscription's instance on the gateway with most room. */
  provision: (subscriptionId: string, wish: { name: string; subnetV4: string }) => send<SubscriptionView>("POST", `${inSubscription(subscriptionId)}/instance`, { body: wish }),

  /** For good, and every client with it. */
  takeDown: (subscriptionId: string) => send<SubscriptionView>("POST", `${inSubscription(subscriptionId)}/instance/take-down`, { body: {} }),

  gatewaysToMoveTo: (subscriptionId: string) => send<GatewayOffer>("GET", `${inSubscription(subscriptionId)}/instance/gateways`),

  moveInstance: (subscriptionId: string, gatewayId: string) => send<SubscriptionView>("POST", `${inSubscription(subscriptionId)}/instance/move`, { body: { gatewayId } }),

  /** Asks for the proof that showing the API key, or making another, takes. */
  askApiKey: (subscriptionId: string, act: "show" | "rotate") => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/api-key/${act}/challenge`, { body: {} }),

  apiKey: (subscriptionId: string, act: "show" | "rotate", proof: Proof) => send<ApiKeyView>("POST", `${inSubscription(subscriptionId)}/api-key/${act}`, { body: { proof } }),

  systems: (subscriptionId: string) => send<{ items: SystemView[] }>("GET", `${inSubscription(subscriptionId)}/systems`),

  system: (subscriptionId: string, systemId: string) => send<SystemView>("GET", `${inSubscription(subscriptionId)}/systems/${id(systemId)}`),

  /** Asks for the proof that letting a system in takes. */
  askApproval: (subscriptionId: string, systemId: string) => send<StepUpView>("POST", `${inSubscription(subscriptionId)}/systems/${id(systemId)}/approve/challenge`, { body: {} }),

  approveSystem: (subscriptionId: string, systemId: string, proof: Proof) => send<SystemView>("POST", `${inSubscription(subscriptionId)}/systems/${id(systemId)}/approve`, { body: { proof } }),

  refuseSystem: (subscriptionId: string, systemId: string) => send<SystemView>("POST", `${inSubscription(subscriptionId)}/systems/${id(systemId)}/refuse`, { body: {} }),

  removeSystem: (subscriptionId: string, systemId: string) => send<SystemView>("POST", `${inSubscription(subscriptionId)}/systems/${id(systemId)}/remove`, { body: {} }),

  renameSystem: (subscriptionId: string, systemId: string, name: string) => send<SystemView>("PATCH", `${inSubscription(subscriptionId)}/systems/${id(systemId)}`, { body: { name } }),

  users: (text: string, signal?: AbortSignal) => send<{ items: UserView[] }>("GET", `/api/v1/operator/users${query({ q: text })}`, { signal }),

  deactivateUser: (userId: string) => send<void>("POST", `/api/v1/operator/users/${id(userId)}/deactivate`, { body: {} }),

  /** Asks for the proof that letting somebody in again takes. */
  askReactivation: (userId: string) => send<StepUpView>("POST", `/api/v1/operator/users/${id(userId)}/reactivate/challenge`, { body: {} }),

  reactivateUser: (userId: string, proof: Proof) => send<void>("POST", `/api/v1/operator/users/${id(userId)}/reactivate`, { body: { proof } }),

  blocks: () => send<{ items: BlockView[] }>("GET", "/api/v1/operator/blocks"),

  liftBlock: (key: string) => send<void>("DELETE", `/api/v1/operator/blocks/${id(key)}`, { body: {} }),

  eventsPath: (subscriptionId: string): string => `${inSubscription(subscriptionId)}/events`,
};
