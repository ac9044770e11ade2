/**
 * Every way into the portal, and what each kind of person gets there (T13). A test compares this table with the files of
 * app/, so that a new page or route can't be forgotten here.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Who asks: by their standing in the subscription that the path names, except for the last four. */
export const WHO = ["owner", "admin", "member", "colleague", "operator", "outsider", "unproved", "nobody"] as const;
export type Who = (typeof WHO)[number];

export interface Ids {
  subscriptionId: string;
  /** Of a client that the member owns; the colleague is a member too, and doesn't. */
  clientId: string;
  /** Of a code that the member asked for. */
  challengeId: string;
  /** Of a system that waits for approval. */
  systemId: string;
}

/** A status; for a refusal, status and code; for a page, the status and where it leads to. */
export type Outcome = number | `${number} ${string}`;

export interface Endpoint {
  file: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: (ids: Ids) => string;
  body?: (ids: Ids) => object;
  /** The body is not looked at unless the person may ask at all. */
  expects: Record<Who, Outcome>;
  /** Of a body; 64 KiB when left out. */
  mostBytes?: number;
  /** Answers for as long as one likes to listen. */
  streams?: true;
  /** Ids of the path that name something of a tenant. */
  scoped: (keyof Ids)[];
}

const SUBSCRIPTION = "app/api/v1/subscriptions/[subscriptionId]";
const api = ({ subscriptionId }: Ids): string => `/api/v1/subscriptions/${subscriptionId}`;
/** What goes before any decision about roles. */
const OUTSIDE = { outsider: "404 not_found", unproved: "403 address_not_verified", nobody: "401 not_signed_in" } as const;
const everyone = (outcome: Outcome): Pick<Record<Who, Outcome>, "owner" | "admin" | "member" | "colleague" | "operator"> => ({ owner: outcome, admin: outcome, member: outcome, colleague: outcome, operator: outcome });
/** Well-formed, and made for nothing. */
const NO_PROOF = { challengeId: "00000000-0000-4000-8000-000000000000", code: "000000" };
const NO_ID = NO_PROOF.challengeId;
/** One's own account, whoever one is. */
const ownAccount = (outcome: Outcome): Record<Who, Outcome> => ({ ...everyone(outcome), outsider: outcome, unproved: "403 address_not_verified", nobody: "401 not_signed_in" });
const account = (path: string, method: Endpoint["method"], at: string, body: object | undefined, outcome: Outcome): Endpoint => ({ file: `app/api/v1/${path}/route.ts`, method, path: () => `/api/v1/${at}`, body: body && (() => body), scoped: [], expects: ownAccount(outcome) });
const operators = (path: string, method: Endpoint["method"], at: string, body: object | undefined, outcome: Outcome): Endpoint => ({
  ...account(`operator/${path}`, method, `operator/${at}`, body, "403 forbidden"),
  expects: { ...ownAccount("403 forbidden"), operator: outcome },
});
/** At a price that can't be. */
const A_PLAN = { name: "Small", price: -1, currency: "EUR", interval: "month", maxClients: null, maxMembers: null, maxSystems: null, instanceSize: "", trialDays: 0, graceDays: 0, retentionDays: 0 };
export const SOME_PUBLIC_KEY = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";

export const API: Endpoint[] = [
  { file: `${SUBSCRIPTION}/route.ts`, method: "GET", path: api, scoped: ["subscriptionId"], expects: { ...everyone(200), ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/activity/route.ts`, method: "GET", path: (ids) => `${api(ids)}/activity`, scoped: ["subscriptionId"], expects: { ...everyone(200), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/events/route.ts`, method: "GET", path: (ids) => `${api(ids)}/events`, scoped: ["subscriptionId"], streams: true, expects: { ...everyone(200), ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/route.ts`, method: "GET", path: (ids) => `${api(ids)}/clients`, scoped: ["subscriptionId"], expects: { ...everyone(200), ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/route.ts`, method: "GET", path: (ids) => `${api(ids)}/clients/${ids.clientId}`, scoped: ["subscriptionId", "clientId"], expects: { ...everyone(200), colleague: "404 not_found", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/traffic/route.ts`, method: "GET", path: (ids) => `${api(ids)}/clients/${ids.clientId}/traffic`, scoped: ["subscriptionId", "clientId"], expects: { ...everyone(200), colleague: "404 not_found", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/challenge`, body: () => ({ nickname: "Asked for" }), scoped: ["subscriptionId"], expects: { ...everyone(201), operator: "403 forbidden", ...OUTSIDE } },
  {
    // Who may add a client gets as far as the proof; that a right one is taken is proved where clients are added.
    file: `${SUBSCRIPTION}/clients/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients`, scoped: ["subscriptionId"],
    body: () => ({ nickname: "Unproved", publicKey: SOME_PUBLIC_KEY, sealedPresharedKey: null, proof: NO_PROOF }),
    expects: { ...everyone("403 step_up_mismatch"), operator: "403 forbidden", ...OUTSIDE },
  },
  { file: `${SUBSCRIPTION}/clients/[clientId]/revoke/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/revoke`, scoped: ["subscriptionId", "clientId"], expects: { ...everyone(200), colleague: "404 not_found", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/key/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/key/challenge`, scoped: ["subscriptionId", "clientId"], expects: { ...everyone("404 not_found"), member: 201, operator: "403 forbidden", ...OUTSIDE } },
  {
    file: `${SUBSCRIPTION}/clients/[clientId]/key/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/key`, scoped: ["subscriptionId", "clientId"],
    body: () => ({ publicKey: SOME_PUBLIC_KEY, sealedPresharedKey: null, proof: NO_PROOF }),
    expects: { ...everyone("404 not_found"), member: "403 step_up_mismatch", operator: "403 forbidden", ...OUTSIDE },
  },
  { file: `${SUBSCRIPTION}/clients/[clientId]/suspend/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/suspend`, scoped: ["subscriptionId", "clientId"], expects: { ...everyone(200), colleague: "404 not_found", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/resume/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/resume/challenge`, scoped: ["subscriptionId", "clientId"], expects: { ...everyone("409 client_not_suspended"), colleague: "404 not_found", operator: "403 forbidden", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/resume/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/resume`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId", "clientId"], expects: { ...everyone("409 client_not_suspended"), colleague: "404 not_found", operator: "403 forbidden", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/expiry/route.ts`, method: "PUT", path: (ids) => `${api(ids)}/clients/${ids.clientId}/expiry`, body: () => ({ expiresAt: "2099-01-01T00:00:00Z" }), scoped: ["subscriptionId", "clientId"], expects: { ...everyone("422 expiry_invalid"), colleague: "404 not_found", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/extension/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/extension/challenge`, body: () => ({ expiresAt: null }), scoped: ["subscriptionId", "clientId"], expects: { ...everyone(201), colleague: "404 not_found", operator: "403 forbidden", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/clients/[clientId]/extension/route.ts`, method: "POST", path: (ids) => `${api(ids)}/clients/${ids.clientId}/extension`, body: () => ({ expiresAt: null, proof: NO_PROOF }), scoped: ["subscriptionId", "clientId"], expects: { ...everyone("403 step_up_mismatch"), colleague: "404 not_found", operator: "403 forbidden", ...OUTSIDE } },
  {
    file: "app/api/v1/challenges/[challengeId]/resend/route.ts", method: "POST", path: ({ challengeId }) => `/api/v1/challenges/${challengeId}/resend`, scoped: [],
    expects: { ...everyone("403 step_up_mismatch"), member: 200, outsider: "403 step_up_mismatch", unproved: "403 step_up_mismatch", nobody: "401 not_signed_in" },
  },
  { file: "app/api/v1/address/challenge/route.ts", method: "POST", path: () => "/api/v1/address/challenge", scoped: [], expects: { ...everyone("400 bad_request"), outsider: "400 bad_request", unproved: 201, nobody: "401 not_signed_in" } },
  { file: "app/api/v1/address/verify/route.ts", method: "POST", path: () => "/api/v1/address/verify", body: () => NO_PROOF, scoped: [], expects: { ...everyone("400 bad_request"), outsider: "400 bad_request", unproved: "403 step_up_mismatch", nobody: "401 not_signed_in" } },
  { file: "app/api/v1/operator/clients/route.ts", method: "GET", path: () => "/api/v1/operator/clients?q=a", scoped: [], expects: { ...everyone("403 forbidden"), operator: 200, outsider: "403 forbidden", unproved: "403 address_not_verified", nobody: "401 not_signed_in" } },
  { file: "app/api/v1/operator/gateways/route.ts", method: "GET", path: () => "/api/v1/operator/gateways", scoped: [], expects: { ...everyone("403 forbidden"), operator: 200, outsider: "403 forbidden", unproved: "403 address_not_verified", nobody: "401 not_signed_in" } },
  {
    file: "app/api/v1/challenges/[challengeId]/mail/route.ts", method: "POST", path: ({ challengeId }) => `/api/v1/challenges/${challengeId}/mail`, scoped: [],
    expects: { ...everyone("403 step_up_mismatch"), member: 200, outsider: "403 step_up_mismatch", unproved: "403 step_up_mismatch", nobody: "401 not_signed_in" },
  },
  account("challenges/[challengeId]/passkey", "POST", `challenges/${NO_ID}/passkey`, undefined, "403 step_up_mismatch"),
  account("challenges/[challengeId]/provider", "POST", `challenges/${NO_ID}/provider`, undefined, "403 step_up_mismatch"),
  account("step-up", "POST", "step-up", { action: "recovery-codes.replace" }, 201),
  account("account/totp", "POST", "account/totp", { name: "Unproved", proof: NO_PROOF }, "403 step_up_mismatch"),
  account("account/totp/[deviceId]", "PATCH", `account/totp/${NO_ID}`, { name: "Nobody's" }, "404 not_found"),
  account("account/totp/[deviceId]", "DELETE", `account/totp/${NO_ID}`, { proof: NO_PROOF }, "404 not_found"),
  account("account/totp/[deviceId]/confirm", "POST", `account/totp/${NO_ID}/confirm`, { code: "000000" }, "404 not_found"),
  account("account/passkeys/options", "POST", "account/passkeys/options", { name: "Unproved", proof: NO_PROOF }, "403 step_up_mismatch"),
  account("account/passkeys", "POST", "account/passkeys", { name: "Unproved", response: {} }, "403 passkey_refused"),
  account("account/passkeys/[passkeyId]", "PATCH", `account/passkeys/${NO_ID}`, { name: "Nobody's" }, "404 not_found"),
  account("account/passkeys/[passkeyId]", "DELETE", `account/passkeys/${NO_ID}`, { proof: NO_PROOF }, "404 not_found"),
  account("account/recovery-codes", "POST", "account/recovery-codes", { proof: NO_PROOF }, "403 step_up_mismatch"),
  account("account/two-factor", "POST", "account/two-factor", { proof: NO_PROOF }, "403 step_up_mismatch"),
  account("account/identities/link", "POST", "account/identities/link", { provider: "oidc", proof: NO_PROOF }, "403 step_up_mismatch"),
  account("account/identities/[identityId]", "DELETE", `account/identities/${NO_ID}`, { proof: NO_PROOF }, "404 not_found"),
  account("account", "GET", "account", undefined, 200),
  account("dashboard", "GET", "dashboard", undefined, 200),
  account("account", "PATCH", "account", { isOperator: true }, "400 bad_request"),
  { ...account("account", "DELETE", "account", { proof: NO_PROOF }, "403 step_up_mismatch"), expects: { ...ownAccount("403 step_up_mismatch"), owner: "409 sole_owner", outsider: "409 sole_owner" } },
  account("account/security", "GET", "account/security", undefined, 200),
  account("account/sessions/[sessionId]", "DELETE", `account/sessions/${NO_ID}`, undefined, "404 not_found"),
  account("account/sessions/end-others", "POST", "account/sessions/end-others", undefined, 200),
  account("account/password", "PUT", "account/password", { password: "several words that nobody knows", proof: NO_PROOF }, "403 step_up_mismatch"),
  account("account/address", "POST", "account/address", { email: "not an address" }, "400 bad_request"),
  account("account/address/confirm", "POST", "account/address/confirm", { email: "new@orchard.example", proof: NO_PROOF, newAddress: NO_PROOF }, "403 step_up_mismatch"),
  // The link in a mail is good for who holds it, signed in or not.
  { ...account("account/end-sessions", "POST", "account/end-sessions", { token: "A".repeat(43) }, "410 link_invalid"), expects: { ...ownAccount("410 link_invalid"), unproved: "410 link_invalid", nobody: "410 link_invalid" } },
  {
    file: `${SUBSCRIPTION}/instance/route.ts`, method: "POST", path: (ids) => `${api(ids)}/instance`, body: () => ({ name: "Atlas", subnetV4: "10.73.5.0/24" }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "409 instance_exists", admin: "409 instance_exists", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/instance/gateways/route.ts`, method: "GET", path: (ids) => `${api(ids)}/instance/gateways`, scoped: ["subscriptionId"],
    expects: { ...everyone(200), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/instance/move/route.ts`, method: "POST", path: (ids) => `${api(ids)}/instance/move`, body: () => ({ gatewayId: NO_ID }), scoped: ["subscriptionId"],
    expects: { ...everyone("422 gateway_unusable"), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE },
  },
  {
    // Asked for by people who may not: the others would be believed.
    file: `${SUBSCRIPTION}/instance/take-down/route.ts`, method: "POST", path: () => `/api/v1/subscriptions/${NO_ID}/instance/take-down`, scoped: [],
    expects: { ...everyone("404 not_found"), ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/route.ts`, method: "PATCH", path: (ids) => `${api(ids)}/policy`, body: () => ({ twoFactorRequired: false, proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/policy/challenge`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/peers-reach/route.ts`, method: "PATCH", path: (ids) => `${api(ids)}/policy/peers-reach`, body: () => ({ peersReach: true, proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/peers-reach/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/policy/peers-reach/challenge`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/shared-config/route.ts`, method: "PATCH", path: (ids) => `${api(ids)}/policy/shared-config`, body: () => ({ sharedConfig: "warn", proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/shared-config/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/policy/shared-config/challenge`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/directory/token/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/directory/token/challenge`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/directory/token/route.ts`, method: "POST", path: (ids) => `${api(ids)}/directory/token`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/directory/token/route.ts`, method: "DELETE", path: (ids) => `${api(ids)}/directory/token`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 200, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/sign-in/route.ts`, method: "PATCH", path: (ids) => `${api(ids)}/policy/sign-in`, body: () => ({ days: null, proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/sign-in/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/policy/sign-in/challenge`, body: () => ({ days: null }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/api-key/show/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/api-key/show/challenge`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/api-key/show/route.ts`, method: "POST", path: (ids) => `${api(ids)}/api-key/show`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/api-key/rotate/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/api-key/rotate/challenge`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/api-key/rotate/route.ts`, method: "POST", path: (ids) => `${api(ids)}/api-key/rotate`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/systems/route.ts`, method: "GET", path: (ids) => `${api(ids)}/systems`, scoped: ["subscriptionId"],
    expects: { ...everyone(200), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/systems/[systemId]/route.ts`, method: "GET", path: (ids) => `${api(ids)}/systems/${ids.systemId}`, scoped: ["subscriptionId", "systemId"],
    expects: { ...everyone(200), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/systems/[systemId]/route.ts`, method: "PATCH", path: (ids) => `${api(ids)}/systems/${ids.systemId}`, body: () => ({ name: "Attic" }), scoped: ["subscriptionId", "systemId"],
    expects: { ...everyone("409 system_decided"), member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/systems/[systemId]/approve/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/systems/${ids.systemId}/approve/challenge`, scoped: ["subscriptionId", "systemId"],
    expects: { ...everyone(201), member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/systems/[systemId]/approve/route.ts`, method: "POST", path: (ids) => `${api(ids)}/systems/${ids.systemId}/approve`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId", "systemId"],
    expects: { ...everyone("403 step_up_mismatch"), member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/systems/[systemId]/remove/route.ts`, method: "POST", path: (ids) => `${api(ids)}/systems/${ids.systemId}/remove`, scoped: ["subscriptionId", "systemId"],
    expects: { ...everyone("409 system_decided"), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE },
  },
  {
    // Asked for by people who may not: the others would be believed.
    file: `${SUBSCRIPTION}/systems/[systemId]/refuse/route.ts`, method: "POST", path: (ids) => `${api(ids)}/systems/${NO_ID}/refuse`, scoped: ["subscriptionId"],
    expects: { ...everyone("404 not_found"), member: "403 forbidden", colleague: "403 forbidden", ...OUTSIDE },
  },
  account("subscriptions", "POST", "subscriptions", { planId: NO_ID, name: "Mine" }, "409 plan_unavailable"),
  {
    // As with taking down: who may is believed.
    file: `${SUBSCRIPTION}/cancel/route.ts`, method: "POST", path: () => `/api/v1/subscriptions/${NO_ID}/cancel`, body: () => ({}), scoped: [],
    expects: { ...everyone("404 not_found"), ...OUTSIDE },
  },
  { file: `${SUBSCRIPTION}/keep/route.ts`, method: "POST", path: (ids) => `${api(ids)}/keep`, scoped: ["subscriptionId"], expects: { ...everyone("403 forbidden"), owner: 200, ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/card/checkout/route.ts`, method: "POST", path: (ids) => `${api(ids)}/card/checkout`, scoped: ["subscriptionId"], expects: { ...everyone("403 forbidden"), owner: "409 card_not_offered", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/card/manage/route.ts`, method: "POST", path: (ids) => `${api(ids)}/card/manage`, scoped: ["subscriptionId"], expects: { ...everyone("403 forbidden"), owner: "409 card_not_offered", ...OUTSIDE } },
  { file: `${SUBSCRIPTION}/card/refresh/route.ts`, method: "POST", path: (ids) => `${api(ids)}/card/refresh`, scoped: ["subscriptionId"], expects: { ...everyone("403 forbidden"), owner: 200, ...OUTSIDE } },
  {
    file: `${SUBSCRIPTION}/license/route.ts`, method: "POST", path: (ids) => `${api(ids)}/license`, body: () => ({ key: "PCL-NONE" }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "422 license_invalid", admin: "422 license_invalid", ...OUTSIDE },
  },
  operators("licenses", "GET", "licenses", undefined, 200),
  operators("licenses", "POST", "licenses", { planId: NO_ID, days: 30, proof: NO_PROOF }, "404 not_found"),
  operators("licenses/challenge", "POST", "licenses/challenge", { planId: NO_ID, days: 30 }, "404 not_found"),
  operators("licenses/[licenseId]", "DELETE", `licenses/${NO_ID}`, undefined, "404 not_found"),
  operators("plans", "GET", "plans", undefined, 200),
  operators("plans", "POST", "plans", A_PLAN, "400 bad_request"),
  operators("plans/[planId]", "PUT", `plans/${NO_ID}`, { ...A_PLAN, price: 1 }, "404 not_found"),
  operators("plans/[planId]/retire", "POST", `plans/${NO_ID}/retire`, { retired: true }, "404 not_found"),
  operators("subscriptions", "GET", "subscriptions?q=a", undefined, 200),
  operators("subscriptions/[subscriptionId]/activate", "POST", `subscriptions/${NO_ID}/activate`, { until: null, proof: NO_PROOF }, "404 not_found"),
  operators("subscriptions/[subscriptionId]/activate/challenge", "POST", `subscriptions/${NO_ID}/activate/challenge`, { until: null }, "404 not_found"),
  operators("subscriptions/[subscriptionId]/suspend", "POST", `subscriptions/${NO_ID}/suspend`, undefined, "404 not_found"),
  {
    file: `${SUBSCRIPTION}/members/route.ts`, method: "GET", path: (ids) => `${api(ids)}/members`, scoped: ["subscriptionId"],
    expects: { owner: 200, admin: 200, member: 200, colleague: 200, operator: 200, ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/members/[userId]/route.ts`, method: "DELETE", path: (ids) => `${api(ids)}/members/${NO_ID}`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "404 not_found", member: "404 not_found", colleague: "404 not_found", operator: "404 not_found", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/members/[userId]/demotion/route.ts`, method: "POST", path: (ids) => `${api(ids)}/members/${NO_ID}/demotion`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "403 forbidden", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/members/[userId]/promotion/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/members/${NO_ID}/promotion/challenge`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "403 forbidden", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/members/[userId]/promotion/route.ts`, method: "POST", path: (ids) => `${api(ids)}/members/${NO_ID}/promotion`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "403 forbidden", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/invitations/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/invitations/challenge`, body: () => ({ email: "ivy@orchard.example", role: "member" }), scoped: ["subscriptionId"],
    expects: { owner: 201, admin: 201, member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/invitations/route.ts`, method: "POST", path: (ids) => `${api(ids)}/invitations`, body: () => ({ email: "ivy@orchard.example", role: "member", proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/invitations/[invitationId]/route.ts`, method: "DELETE", path: (ids) => `${api(ids)}/invitations/${NO_ID}`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "404 not_found", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/invitations/[invitationId]/resend/route.ts`, method: "POST", path: (ids) => `${api(ids)}/invitations/${NO_ID}/resend`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "404 not_found", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/ownership/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/ownership/challenge`, body: () => ({ userId: NO_ID }), scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "403 forbidden", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/ownership/route.ts`, method: "POST", path: (ids) => `${api(ids)}/ownership`, body: () => ({ userId: NO_ID, proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "403 forbidden", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/ownership/route.ts`, method: "DELETE", path: (ids) => `${api(ids)}/ownership`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "403 forbidden", member: "403 forbidden", colleague: "403 forbidden", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/ownership/acceptance/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/ownership/acceptance/challenge`, scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "404 not_found", member: "404 not_found", colleague: "404 not_found", operator: "403 forbidden", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/ownership/acceptance/route.ts`, method: "POST", path: (ids) => `${api(ids)}/ownership/acceptance`, body: () => ({ proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { owner: "404 not_found", admin: "404 not_found", member: "404 not_found", colleague: "404 not_found", operator: "403 forbidden", ...OUTSIDE },
  },
  { file: `${SUBSCRIPTION}/enrolments/route.ts`, method: "GET", path: (ids) => `${api(ids)}/enrolments`, scoped: ["subscriptionId"], expects: { ...everyone(200), ...OUTSIDE } },
  {
    file: `${SUBSCRIPTION}/enrolments/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/enrolments/challenge`, body: () => ({ email: "ivy@orchard.example", nickname: "Phone" }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "409 not_a_member", admin: "409 not_a_member", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/enrolments/route.ts`, method: "POST", path: (ids) => `${api(ids)}/enrolments`, body: () => ({ email: "ivy@orchard.example", nickname: "Phone", proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "409 not_a_member", admin: "409 not_a_member", ...OUTSIDE },
  },
  { file: `${SUBSCRIPTION}/enrolments/[enrolmentId]/route.ts`, method: "DELETE", path: (ids) => `${api(ids)}/enrolments/${NO_ID}`, scoped: ["subscriptionId"], expects: { ...everyone("404 not_found"), ...OUTSIDE } },
  {
    file: `${SUBSCRIPTION}/enrolments/[enrolmentId]/resend/route.ts`, method: "POST", path: (ids) => `${api(ids)}/enrolments/${NO_ID}/resend`, scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "404 not_found", admin: "404 not_found", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/limits/route.ts`, method: "PATCH", path: (ids) => `${api(ids)}/policy/limits`, body: () => ({ limit: "clientDays", most: null, proof: NO_PROOF }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: "403 step_up_mismatch", admin: "403 step_up_mismatch", ...OUTSIDE },
  },
  {
    file: `${SUBSCRIPTION}/policy/limits/challenge/route.ts`, method: "POST", path: (ids) => `${api(ids)}/policy/limits/challenge`, body: () => ({ limit: "clientDays", most: null }), scoped: ["subscriptionId"],
    expects: { ...everyone("403 forbidden"), owner: 201, admin: 201, ...OUTSIDE },
  },
  account("enrolments/look", "POST", "enrolments/look", { token: "A".repeat(43) }, "410 link_invalid"),
  account("enrolments/challenge", "POST", "enrolments/challenge", { token: "A".repeat(43) }, "410 link_invalid"),
  account("enrolments", "POST", "enrolments", { token: "A".repeat(43), publicKey: SOME_PUBLIC_KEY, sealedPresharedKey: null, proof: NO_PROOF }, "410 link_invalid"),
  account("invitations/look", "POST", "invitations/look", { token: "A".repeat(43) }, "410 link_invalid"),
  account("invitations/accept", "POST", "invitations/accept", { token: "A".repeat(43) }, "410 link_invalid"),
  operators("gateways/[gatewayId]/cut-off", "POST", `gateways/${NO_ID}/cut-off`, undefined, "404 not_found"),
  operators("gateways/[gatewayId]/rotate-credential", "POST", `gateways/${NO_ID}/rotate-credential`, undefined, "404 not_found"),
  operators("users", "GET", "users?q=a", undefined, 200),
  operators("users/[userId]/deactivate", "POST", `users/${NO_ID}/deactivate`, undefined, "404 not_found"),
  operators("users/[userId]/reactivate", "POST", `users/${NO_ID}/reactivate`, { proof: NO_PROOF }, "404 not_found"),
  operators("users/[userId]/reactivate/challenge", "POST", `users/${NO_ID}/reactivate/challenge`, undefined, "404 not_found"),
  account("warranties", "GET", "warranties", undefined, 200),
  account("warranties", "POST", "warranties", { serial: "?" }, "422 warranty_serial_invalid"),
  account("warranties/[warrantyId]/proof", "GET", `warranties/${NO_ID}/proof`, undefined, "404 not_found"),
  account("warranties/[warrantyId]/transfer/challenge", "POST", `warranties/${NO_ID}/transfer/challenge`, { email: "carol@orchard.example" }, "404 not_found"),
  account("warranties/[warrantyId]/transfer", "POST", `warranties/${NO_ID}/transfer`, { email: "carol@orchard.example", proof: NO_PROOF }, "404 not_found"),
  account("warranties/[warrantyId]/transfer", "DELETE", `warranties/${NO_ID}/transfer`, undefined, "404 not_found"),
  account("warranties/offers/[offerId]/accept", "POST", `warranties/offers/${NO_ID}/accept`, undefined, "404 not_found"),
  account("warranties/offers/[offerId]/decline", "POST", `warranties/offers/${NO_ID}/decline`, undefined, "404 not_found"),
  operators("warranties", "GET", "warranties?q=a", undefined, 200),
  { ...operators("warranties", "POST", "warranties", { csv: "" }, "422 csv_invalid"), mostBytes: 3 * 1024 * 1024 },
  operators("blocks", "GET", "blocks", undefined, 200),
  operators("blocks/[key]", "DELETE", "blocks/bm90aGluZw", undefined, "404 not_found"),
];

/** Routes of the sign-in: for who has no session; what a browser may do next is bound to its attempt. */
export const SIGN_IN_ROUTES = ["code", "passkey", "passkey/options", "password", "recovery", "register", "register/code", "register/password", "resend", "reset", "reset/code", "reset/password", "totp"];

const signIn = (path: string): Outcome => `307 /signin?callbackUrl=${encodeURIComponent(path)}`;
const pagesFor = (path: (ids: Ids) => string, expects: Omit<Record<Who, Outcome>, "unproved" | "nobody">) => ({ path, expects });
const shell = ({ subscriptionId }: Ids): string => `/subscriptions/${subscriptionId}`;

export interface PageEntry {
  file: string;
  path: (ids: Ids) => string;
  /** Whoever has no session is led to the sign-in page, whoever has no proved address to prove it, unless it says otherwise. */
  expects: Omit<Record<Who, Outcome>, "unproved" | "nobody"> & Partial<Record<"unproved" | "nobody", Outcome>>;
  scoped: (keyof Ids)[];
}

const PORTAL_PAGES = "app/(portal)/subscriptions/[sid]";

export const PAGES: PageEntry[] = [
  { file: "app/(portal)/page.tsx", ...pagesFor(() => "/?all=1", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: `${PORTAL_PAGES}/page.tsx`, ...pagesFor(shell, { ...everyone(200), outsider: 404 }), scoped: ["subscriptionId"] },
  { file: `${PORTAL_PAGES}/activity/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/activity`, { ...everyone(200), member: 404, colleague: 404, outsider: 404 }), scoped: ["subscriptionId"] },
  { file: `${PORTAL_PAGES}/service/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/service`, { ...everyone(200), outsider: 404 }), scoped: ["subscriptionId"] },
  { file: `${PORTAL_PAGES}/systems/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/systems`, { ...everyone(200), member: 404, colleague: 404, outsider: 404 }), scoped: ["subscriptionId"] },
  { file: `${PORTAL_PAGES}/systems/[systemId]/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/systems/${ids.systemId}`, { ...everyone(200), member: 404, colleague: 404, outsider: 404 }), scoped: ["subscriptionId", "systemId"] },
  { file: `${PORTAL_PAGES}/settings/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/settings`, { ...everyone(200), member: 404, colleague: 404, operator: 404, outsider: 404 }), scoped: ["subscriptionId"] },
  { file: `${PORTAL_PAGES}/members/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/members`, { ...everyone(200), outsider: 404 }), scoped: ["subscriptionId"] },
  { file: "app/invitation/page.tsx", path: () => "/invitation", expects: { ...everyone(200), outsider: 200, unproved: 200, nobody: 200 }, scoped: [] },
  { file: "app/enrolment/page.tsx", path: () => "/enrolment", expects: { ...everyone(200), outsider: 200, unproved: 200, nobody: 200 }, scoped: [] },
  { file: `${PORTAL_PAGES}/clients/new/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/clients/new`, { ...everyone(200), operator: 404, outsider: 404 }), scoped: ["subscriptionId"] },
  { file: `${PORTAL_PAGES}/clients/[cid]/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/clients/${ids.clientId}`, { ...everyone(200), colleague: 404, outsider: 404 }), scoped: ["subscriptionId", "clientId"] },
  { file: `${PORTAL_PAGES}/clients/[cid]/replace-key/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/clients/${ids.clientId}/replace-key`, { ...everyone(404), member: 200, outsider: 404 }), scoped: ["subscriptionId", "clientId"] },
  { file: "app/(operator)/operator/page.tsx", ...pagesFor(() => "/operator", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(portal)/account/page.tsx", ...pagesFor(() => "/account", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: "app/(portal)/security/page.tsx", ...pagesFor(() => "/security", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: "app/(portal)/security/two-factor/page.tsx", ...pagesFor(() => "/security/two-factor", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: "app/(portal)/warranties/page.tsx", ...pagesFor(() => "/warranties", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: "app/(operator)/operator/warranties/page.tsx", ...pagesFor(() => "/operator/warranties", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(portal)/subscriptions/new/page.tsx", ...pagesFor(() => "/subscriptions/new", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: `${PORTAL_PAGES}/billing/page.tsx`, ...pagesFor((ids) => `${shell(ids)}/billing`, { ...everyone(200), outsider: 404 }), scoped: ["subscriptionId"] },
  { file: "app/(operator)/operator/licenses/page.tsx", ...pagesFor(() => "/operator/licenses", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(operator)/operator/plans/page.tsx", ...pagesFor(() => "/operator/plans", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(operator)/operator/subscriptions/page.tsx", ...pagesFor(() => "/operator/subscriptions", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(operator)/operator/users/page.tsx", ...pagesFor(() => "/operator/users", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(operator)/operator/blocks/page.tsx", ...pagesFor(() => "/operator/blocks", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/(operator)/operator/gateways/page.tsx", ...pagesFor(() => "/operator/gateways", { ...everyone(404), operator: 200, outsider: 404 }), scoped: [] },
  { file: "app/signin/page.tsx", path: () => "/signin", expects: { ...everyone("307 /"), outsider: "307 /", unproved: "307 /", nobody: 200 }, scoped: [] },
  { file: "app/register/page.tsx", path: () => "/register", expects: { ...everyone("307 /"), outsider: "307 /", unproved: "307 /", nobody: 200 }, scoped: [] },
  { file: "app/reset/page.tsx", path: () => "/reset", expects: { ...everyone("307 /"), outsider: "307 /", unproved: "307 /", nobody: 200 }, scoped: [] },
  { file: "app/end-sessions/page.tsx", path: () => "/end-sessions", expects: { ...everyone(200), outsider: 200, unproved: 200, nobody: 200 }, scoped: [] },
  { file: "app/step-up/sign-in/page.tsx", ...pagesFor(() => "/step-up/sign-in", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: "app/step-up/done/page.tsx", ...pagesFor(() => "/step-up/done", { ...everyone(200), outsider: 200 }), scoped: [] },
  { file: "app/verify-address/page.tsx", path: () => "/verify-address", expects: { ...everyone("307 /"), outsider: "307 /", unproved: 200, nobody: "307 /signin?callbackUrl=%2Fverify-address" }, scoped: [] },
];

/** Where a page leads who has no part in it yet. */
export function outcomeOf(page: PageEntry, who: Who, ids: Ids): Outcome {
  if (who === "nobody") return page.expects.nobody ?? signIn(page.path(ids));
  if (who === "unproved") return page.expects.unproved ?? `307 /verify-address?callbackUrl=${encodeURIComponent(page.path(ids))}`;
  return page.expects[who];
}

/** Routes without a person behind them: tested on their own (security-gateway.spec.ts), or next-auth's. */
export const OTHER_ROUTES: { file: string; methods: string[] }[] = [
  { file: "app/api/auth/[...nextauth]/route.ts", methods: ["GET", "POST"] },
  // A directory's, by a token of its own: app/api/scim.integration.test.ts, directory.spec.ts.
  { file: "app/api/scim/v2/[subscriptionId]/ServiceProviderConfig/route.ts", methods: ["GET"] },
  { file: "app/api/scim/v2/[subscriptionId]/Users/route.ts", methods: ["GET", "POST"] },
  { file: "app/api/scim/v2/[subscriptionId]/Users/[id]/route.ts", methods: ["GET", "PUT", "PATCH", "DELETE"] },
  // A provider's, by its signature: provider-logout.integration.test.ts.
  { file: "app/api/auth/back-channel-logout/route.ts", methods: ["POST"] },
  { file: "app/api/health/route.ts", methods: ["GET"] },
  { file: "app/api/agent/[file]/route.ts", methods: ["GET"] },
  { file: "app/api/join-system/route.ts", methods: ["GET"] },
  // A system's own, by a credential of its own: systems.integration.test.ts, systems.spec.ts.
  { file: "app/api/billing/stripe/webhook/route.ts", methods: ["POST"] },
  { file: "app/api/v1/systems/route.ts", methods: ["POST"] },
  { file: "app/api/v1/systems/[systemId]/route.ts", methods: ["GET"] },
  { file: "app/api/v1/sign-in/options/route.ts", methods: ["GET"] },
  ...SIGN_IN_ROUTES.map((name) => ({ file: `app/api/v1/sign-in/${name}/route.ts`, methods: ["POST"] })),
  { file: "app/api/gateway/v1/enrol/route.ts", methods: ["POST"] },
  { file: "app/api/gateway/v1/state/route.ts", methods: ["GET"] },
  { file: "app/api/gateway/v1/ack/route.ts", methods: ["POST"] },
  { file: "app/api/gateway/v1/report/route.ts", methods: ["POST"] },
  { file: "app/api/gateway/v1/credential/route.ts", methods: ["POST"] },
  { file: "app/api/gateway/v1/wg.conf/route.ts", methods: ["GET"] },
];

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Every page and every method of every route that app/ has, like "POST app/api/…/route.ts". */
export async function surfaceOfApp(): Promise<string[]> {
  const entries = await readdir(join(ROOT, "app"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /^(?:route|page)\.(?:ts|tsx|js|jsx|mjs)$/.test(entry.name)).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const lists = await Promise.all(
    files.map(async (file) => {
      if (/page\.\w+$/.test(file)) return [`GET ${file}`];
      const source = await readFile(join(ROOT, file), "utf8");
      const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((method) => new RegExp(`export (?:async )?(?:const|function) ${method}\\b|export \\{[^}]*\\b${method}\\b`).test(source));
      return methods.map((method) => `${method} ${file}`);
    }),
  );
  return lists.flat().toSorted();
}

export const coveredSurface = (): string[] =>
  [...API.map(({ method, file }) => `${method} ${file}`), ...PAGES.map(({ file }) => `GET ${file}`), ...OTHER_ROUTES.flatMap(({ file, methods }) => methods.map((method) => `${method} ${file}`))].toSorted();
