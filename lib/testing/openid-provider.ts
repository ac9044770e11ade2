/** A real OpenID provider (oidc-provider) whose every sign-in is by the person that the test names, and which can be out of reach. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Configuration, JWK } from "oidc-provider";
import { vi } from "vitest";

export interface ProviderPerson {
  subject: string;
  claims: Record<string, string | boolean>;
  amr: string[];
  acr: string;
}

export interface TestProvider {
  issuer: string;
  /** Who signs in from now on. */
  person: ProviderPerson;
  /** Paths that don't answer, like "/jwks". */
  readonly down: Set<string>;
  /** What the discovery page says instead. */
  metadata: Record<string, unknown>;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
  /** Signs with a new key from now on; the old one is gone. */
  rotateKeys(): Promise<void>;
  /** What it signs with, for tokens of a test's own making. */
  signingKey: JWK;
  /** The person of the latest visit signs out at the provider, by its own page. */
  signOut(): Promise<void>;
  /** Goes the person's way from the portal's redirect to the address that the provider sends them back to. */
  visit(url: string): Promise<URL>;
  stop(): Promise<void>;
}

const ACR = "urn:test:strong";

export async function startTestProvider(options: { clientId: string; clientSecret: string; redirectUris: string[]; /** Where it posts logout tokens. */ logoutUri?: string }): Promise<TestProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => undefined;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://provider").pathname;
    provider.asked.set(path, (provider.asked.get(path) ?? 0) + 1);
    if (provider.down.has(path)) return void response.writeHead(503).end();
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function make(): Promise<typeof handle> {
    // On import it asks for a newer Node.js on the console, and says of each default that it is one. It works on 20.
    const quiet = [vi.spyOn(console, "warn"), vi.spyOn(console, "info")].map((spy) => spy.mockImplementation(() => undefined));
    const { Provider } = await import("oidc-provider").finally(() => quiet.forEach((spy) => spy.mockRestore()));
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
    const signingKey = { ...key, kid: randomBytes(8).toString("hex"), use: "sig", alg: "RS256" } as JWK;
    provider.signingKey = signingKey;
    const configuration: Configuration = {
      clients: [
        {
          client_id: options.clientId,
          client_secret: options.clientSecret,
          redirect_uris: options.redirectUris,
          response_types: ["code"],
          grant_types: ["authorization_code"],
          ...(options.logoutUri === undefined ? {} : { backchannel_logout_uri: options.logoutUri, backchannel_logout_session_required: true }),
        },
      ],
      jwks: { keys: [signingKey] },
      cookies: { keys: [randomBytes(32).toString("base64url")] },
      pkce: { required: () => true },
      // Its own refuses to post to an address of this machine, as it should.
      fetch: (url, init) => fetch(url, { ...init, dispatcher: undefined } as RequestInit),
      features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: options.logoutUri !== undefined } },
      acrValues: [ACR],
      claims: { openid: ["sub", "amr", "acr", "auth_time"], email: ["email", "email_verified"], profile: ["name"] },
      conformIdTokenClaims: false,
      interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
      findAccount: (_context, subject) => ({ accountId: subject, claims: () => ({ sub: subject, ...provider.person.claims }) }),
      loadExistingGrant: async (context) => {
        const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client?.clientId, accountId: context.oidc.session?.accountId });
        grant.addOIDCScope(String(context.oidc.params?.scope ?? "openid"));
        await grant.save();
        return grant;
      },
    };
    const instance = new Provider(issuer, configuration);
    const callback = instance.callback();
    return async (request, response) => {
      if (request.url?.startsWith("/sign-in/")) {
        const { subject, amr, acr } = provider.person;
        await instance.interactionFinished(request, response, { login: { accountId: subject, amr, acr, remember: false } }, { mergeWithLastSubmission: false });
        return;
      }
      if (!request.url?.startsWith("/.well-known/")) return void (await callback(request, response));
      const write = response.end.bind(response);
      response.end = ((body: Buffer | string) => {
        const changed = JSON.stringify({ ...(JSON.parse(String(body)) as object), ...provider.metadata });
        response.setHeader("content-length", Buffer.byteLength(changed));
        return write(changed);
      }) as typeof response.end;
      await callback(request, response);
    };
  }

  const cookies = new Map<string, string>();
  /** As the person's browser does, with the provider's cookies. */
  async function browse(url: URL, form?: URLSearchParams): Promise<Response> {
    const response = await fetch(url, { redirect: "manual", method: form ? "POST" : "GET", body: form ?? null, headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") } });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return response;
  }

  const provider: TestProvider = {
    issuer,
    signingKey: {} as JWK,
    person: { subject: "nobody", claims: {}, amr: ["pwd"], acr: ACR },
    down: new Set(),
    metadata: {},
    asked: new Map(),
    async rotateKeys() {
      handle = await make();
    },
    async visit(url) {
      cookies.clear();
      for (let next = new URL(url), hops = 0; hops < 10; hops++) {
        const response = await browse(next);
        const location = response.headers.get("location");
        if (location === null) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
        next = new URL(location, next);
        if (options.redirectUris.some((uri) => new URL(uri).origin === next.origin)) return next;
      }
      throw new Error("The provider sent the browser round in circles.");
    },
    async signOut() {
      const page = await (await browse(new URL(`${issuer}/session/end`))).text();
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
      const done = await browse(new URL(`${issuer}/session/end/confirm`), new URLSearchParams({ xsrf, logout: "yes" }));
      if (done.status >= 400) throw new Error(`The provider answered ${done.status}: ${await done.text()}`);
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  await provider.rotateKeys();
  return provider;
}
