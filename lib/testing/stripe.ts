/** Stands in for Stripe: an HTTP server that answers the requests which the portal makes, keeps what they say, has a page to pay on, and signs what it tells. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Stripe } from "stripe";

export const TEST_STRIPE_KEY = "sk_test_standinstandinstandin";
export const TEST_WEBHOOK_SECRET = "whsec_standinstandinstandinstandin";

/** As much of a subscription as Stripe's API gives and the portal reads. Seconds. */
export interface StandInSubscription {
  id: string;
  object: "subscription";
  customer: string;
  status: string;
  created: number;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  ended_at: number | null;
  cancellation_details: { reason: string | null };
  latest_invoice: { id: string; object: "invoice"; created: number };
  items: { object: "list"; data: { current_period_start: number; current_period_end: number }[] };
  metadata: Record<string, string>;
}

interface Session {
  id: string;
  object: "checkout.session";
  customer: string;
  status: "open" | "expired" | "complete";
  url: string;
  success_url: string;
  trial_end: number | null;
  metadata: Record<string, string>;
}

export interface SignedEvent {
  id: string;
  type: string;
  body: string;
}

export interface StandInPrice {
  unit_amount: number;
  currency: string;
  active: boolean;
  recurring: { interval: string; interval_count: number; usage_type: string } | null;
}

export interface StripeStandIn {
  /** For the portal's environment. */
  settings: Record<string, string>;
  customers: Map<string, { id: string; object: "customer"; name: string; email: string; metadata: Record<string, string> }>;
  subscriptions: StandInSubscription[];
  sessions: Session[];
  prices: Map<string, StandInPrice>;
  /** All that it told, or would have, in order. */
  events: SignedEvent[];
  /** Requests of the portal, "METHOD /path". */
  asked: string[];
  /** What the next requests get in place of an answer; null: answers again. */
  trouble: { status: number; body: object } | "hang up" | null;
  /** Called while a question about subscriptions is answered, after what it will say was settled. */
  meanwhile: (() => Promise<void>) | null;
  /** As the person does on its page. */
  pay(sessionId: string): StandInSubscription;
  /** Changes a subscription, and tells of it. */
  change(subscription: StandInSubscription, changes: Partial<StandInSubscription>, type?: string): SignedEvent;
  event(type: string, object: object): SignedEvent;
  sign(body: string, options?: { secret?: string; at?: Date }): string;
  close(): Promise<void>;
}

const DAY_S = 24 * 3600;

/** @param options.deliver is given each event, as it happens */
export async function startStripe(options: { now?: () => Date; deliver?: (event: SignedEvent, signature: string) => void } = {}): Promise<StripeStandIn> {
  const now = options.now ?? (() => new Date());
  const seconds = (): number => Math.floor(now().getTime() / 1000);
  const signer = new Stripe(TEST_STRIPE_KEY);
  let count = 0;
  const id = (kind: string): string => `${kind}_standin${String((count += 1)).padStart(6, "0")}`;
  const idempotent = new Map<string, object>();
  let origin = "";

  const list = (data: object[]) => ({ object: "list", data, has_more: false, url: "/" });
  const missing = (what: string) => ({ status: 404, body: { error: { type: "invalid_request_error", code: "resource_missing", message: `No such ${what}` } } });

  const standIn: StripeStandIn = {
    settings: {},
    customers: new Map(),
    subscriptions: [],
    sessions: [],
    prices: new Map(),
    events: [],
    asked: [],
    trouble: null,
    meanwhile: null,
    pay(sessionId) {
      const session = standIn.sessions.find((one) => one.id === sessionId && one.status === "open");
      if (!session) throw new Error("That page is not open any more.");
      session.status = "complete";
      const start = seconds();
      const made: StandInSubscription = {
        id: id("sub"),
        object: "subscription",
        customer: session.customer,
        status: session.trial_end === null ? "active" : "trialing",
        created: start,
        cancel_at: null,
        cancel_at_period_end: false,
        canceled_at: null,
        ended_at: null,
        cancellation_details: { reason: null },
        latest_invoice: { id: id("in"), object: "invoice", created: start },
        items: { object: "list", data: [{ current_period_start: start, current_period_end: session.trial_end ?? start + 30 * DAY_S }] },
        metadata: session.metadata,
      };
      standIn.subscriptions.push(made);
      standIn.event("customer.subscription.created", made);
      standIn.event("checkout.session.completed", session);
      standIn.event("invoice.paid", { id: made.latest_invoice.id, object: "invoice", customer: made.customer });
      return made;
    },
    change(subscription, changes, type = "customer.subscription.updated") {
      Object.assign(subscription, changes);
      return standIn.event(type, subscription);
    },
    event(type, object) {
      const event = { id: id("evt"), type, body: "" };
      event.body = JSON.stringify({ id: event.id, object: "event", type, created: seconds(), data: { object } });
      standIn.events.push(event);
      options.deliver?.(event, standIn.sign(event.body));
      return event;
    },
    sign: (body, { secret = TEST_WEBHOOK_SECRET, at = now() } = {}) => signer.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: Math.floor(at.getTime() / 1000) }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };

  /** What the API says to a request; null: nothing is there. */
  function answer(method: string, path: string, form: URLSearchParams, query: URLSearchParams): object | null {
    const [, , kind = "", first = "", second = ""] = path.split("/");
    const metadata = (prefix: string) => Object.fromEntries([...form].flatMap(([key, value]) => (key.startsWith(`${prefix}[`) ? [[key.slice(prefix.length + 1, -1), value] as const] : [])));
    switch (`${method} ${kind}${first === "sessions" ? "/sessions" : ""}`) {
      case "POST customers": {
        const customer = { id: id("cus"), object: "customer" as const, name: form.get("name") ?? "", email: form.get("email") ?? "", metadata: metadata("metadata") };
        standIn.customers.set(customer.id, customer);
        return customer;
      }
      case "GET checkout/sessions":
        return list(standIn.sessions.filter(({ customer, status }) => customer === query.get("customer") && status === query.get("status")));
      case "POST checkout/sessions": {
        if (second !== "") {
          const open = standIn.sessions.find((session) => session.id === second && session.status === "open");
          return open ? Object.assign(open, { status: "expired" }) : null;
        }
        if (!standIn.customers.has(form.get("customer") ?? "") || !standIn.prices.has(form.get("line_items[0][price]") ?? "")) return null;
        const session: Session = { id: id("cs"), object: "checkout.session", customer: form.get("customer") ?? "", status: "open", url: "", success_url: form.get("success_url") ?? "", trial_end: form.has("subscription_data[trial_end]") ? Number(form.get("subscription_data[trial_end]")) : null, metadata: metadata("subscription_data[metadata]") };
        session.url = `${origin}/pay/${session.id}`;
        standIn.sessions.push(session);
        return session;
      }
      case "POST billing_portal/sessions":
        return standIn.customers.has(form.get("customer") ?? "") ? { id: id("bps"), object: "billing_portal.session", url: `${origin}/manage?back=${encodeURIComponent(form.get("return_url") ?? "")}` } : null;
      case "GET subscriptions":
        return list(structuredClone(standIn.subscriptions.filter(({ customer }) => customer === query.get("customer"))));
      case "POST subscriptions":
      case "DELETE subscriptions": {
        const subscription = standIn.subscriptions.find((one) => one.id === first);
        if (!subscription) return null;
        if (method === "DELETE") standIn.change(subscription, { status: "canceled", ended_at: seconds(), canceled_at: seconds(), cancellation_details: { reason: "cancellation_requested" } }, "customer.subscription.deleted");
        else standIn.change(subscription, { cancel_at_period_end: form.get("cancel_at_period_end") === "true" });
        return subscription;
      }
      case "GET prices": {
        const price = standIn.prices.get(first);
        return price ? { id: first, object: "price", ...price } : null;
      }
      default:
        return null;
    }
  }

  async function serveApi(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    standIn.asked.push(`${request.method} ${url.pathname}`);
    const send = (status: number, said: object): void => {
      response.writeHead(status, { "content-type": "application/json", "request-id": id("req"), "stripe-should-retry": "false" });
      response.end(JSON.stringify(said));
    };
    if (standIn.trouble === "hang up") return void request.socket.destroy();
    if (standIn.trouble) return send(standIn.trouble.status, standIn.trouble.body);
    if (request.headers.authorization !== `Bearer ${TEST_STRIPE_KEY}`) return send(401, { error: { type: "invalid_request_error", message: "Invalid API Key provided: sk_test_***wrong" } });
    const key = request.headers["idempotency-key"];
    const said = (typeof key === "string" && idempotent.get(key)) || answer(request.method ?? "", url.pathname, new URLSearchParams(body), url.searchParams);
    if (typeof key === "string" && said) idempotent.set(key, said);
    const text = said && JSON.parse(JSON.stringify(said)) as object;
    if (url.pathname === "/v1/subscriptions") await standIn.meanwhile?.();
    if (text) send(200, text);
    else send(missing(url.pathname).status, missing(url.pathname).body);
  }

  /** What a person sees. */
  function servePage(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const [, page, sessionId = ""] = url.pathname.split("/");
    const session = standIn.sessions.find((one) => one.id === sessionId);
    if (page === "pay" && request.method === "POST" && session) {
      standIn.pay(sessionId);
      response.writeHead(303, { location: session.success_url });
      return void response.end();
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    const content = page === "pay" ? `<h1>Pay with a card</h1><form method="post"><button>Pay</button></form>` : `<h1>Your payment</h1><a href="${(url.searchParams.get("back") ?? "").replaceAll('"', "")}">Return</a>`;
    response.end(`<!doctype html><html lang="en"><head><title>Stand-in for Stripe</title><link rel="icon" href="data:,"></head><body>${content}</body></html>`);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", origin);
      if (url.pathname.startsWith("/v1/")) void serveApi(request, response, url, Buffer.concat(chunks).toString("utf8"));
      else servePage(request, response, url);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  standIn.settings = { PORTAL_STRIPE_SECRET_KEY: TEST_STRIPE_KEY, PORTAL_STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, PORTAL_STRIPE_API_URL: origin };
  return standIn;
}
