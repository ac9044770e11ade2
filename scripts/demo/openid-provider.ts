/**
 * A local OpenID provider, so that signing in to the demo is the real thing: authorization code flow with PKCE, state and
 * nonce, signed id tokens, by the certified oidc-provider. Its page lets one choose who to be at each sign-in.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Configuration, JWK, Provider } from "oidc-provider";
import { type Account, type Assurance, ASSURANCES, DEMO_ACCOUNTS, DEMO_PASSWORD, madeUpAccount } from "@/scripts/demo/accounts";
import { close, listen, readForm } from "@/scripts/http";
import { createOpenIdStore } from "@/scripts/demo/openid-store";
import { sendSignInPage } from "@/scripts/demo/sign-in-page";

/** Not the name browsers use for the portal (localhost): cookies tell hosts apart, not ports. */
const HOST = "127.0.0.1";
const SIGN_IN_PATH = "/sign-in/";
/** What the id token says of a sign-in: methods (RFC 8176) and class. */
const LOGINS: Record<Assurance, { amr?: string[]; acr?: string }> = {
  password: { amr: ["pwd"], acr: "urn:portcullis:demo:password" },
  "two-factor": { amr: ["pwd", "mfa"], acr: "urn:portcullis:demo:two-factor" },
  unsaid: {},
};

export interface OpenIdProviderOptions {
  /** 0: any free one. */
  port: number;
  client: { id: string; secret: string };
  /** Origins of the portals that may use it, like http://localhost:3000. */
  portals: string[];
}

export interface OpenIdProvider {
  issuer: string;
  stop(): Promise<void>;
}

export async function startOpenIdProvider({ port, client, portals }: OpenIdProviderOptions): Promise<OpenIdProvider> {
  const accounts = new Map(DEMO_ACCOUNTS.map((account) => [account.subject, account]));
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => {};
  const server = createServer((request, response) => {
    forgetSession(request);
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
      response.end(error instanceof Error ? `${error.message}. Start signing in again at the portal.` : "");
    });
  });
  // The issuer holds the port, so the port comes first.
  const issuer = `http://${HOST}:${await listen(server, port, HOST, { name: "the OpenID provider", variable: "OIDC_PORT" })}`;
  const provider = await makeProvider(issuer, client, portals, accounts);
  const protocol = provider.callback();
  handle = async (request, response) => {
    if (request.url?.startsWith(SIGN_IN_PATH)) await signIn(provider, accounts, portals, request, response);
    else await protocol(request, response);
  };
  return { issuer, stop: () => close(server) };
}

async function makeProvider(issuer: string, client: { id: string; secret: string }, portals: string[], accounts: Map<string, Account>): Promise<Provider> {
  const { Provider: OpenIdServer } = await withoutRuntimeNotice(() => import("oidc-provider"));
  const signingKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const configuration: Configuration = {
    adapter: createOpenIdStore(Date.now).adapterFor,
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: portals.map((portal) => `${portal}/api/auth/callback/oidc`), response_types: ["code"], grant_types: ["authorization_code"] }],
    jwks: { keys: [{ ...signingKey, kid: randomBytes(8).toString("hex"), use: "sig", alg: "RS256" } as JWK] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    acrValues: Object.values(LOGINS).flatMap(({ acr }) => acr ?? []),
    // Without amr and acr listed under openid they are dropped from the id token silently.
    claims: { openid: ["sub", "amr", "acr", "auth_time"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    interactions: { url: (_context, interaction) => `${SIGN_IN_PATH}${interaction.uid}` },
    findAccount: (_context, subject) => {
      const account = accounts.get(subject);
      return account && { accountId: subject, claims: () => ({ sub: subject, email: account.email, email_verified: account.emailVerified, name: account.name }) };
    },
    // Whoever signs in has agreed: there is one client, and it belongs to the same company.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client?.clientId, accountId: context.oidc.session?.accountId });
      grant.addOIDCScope(String(context.oidc.params?.scope ?? "openid"));
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 3600, Session: 3600 },
  };
  return new OpenIdServer(issuer, configuration);
}

async function signIn(provider: Provider, accounts: Map<string, Account>, portals: string[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  await provider.interactionDetails(request, response);
  const show = (problem?: string) => sendSignInPage(response, { accounts: [...accounts.values()].filter((account) => DEMO_ACCOUNTS.includes(account)), formTargets: portals, problem });
  if (request.method !== "POST") return show();
  const form = await readForm(request);
  const account = chosenAccount(form, accounts);
  if (!account) return show("That user name and password don't go together.");
  accounts.set(account.subject, account);
  await provider.interactionFinished(request, response, { login: { accountId: account.subject, ...LOGINS[account.assurance ?? "password"], remember: false } }, { mergeWithLastSubmission: false });
}

function chosenAccount(form: URLSearchParams, accounts: Map<string, Account>): Account | null {
  const subject = form.get("subject");
  if (subject !== null) return accounts.get(subject) ?? null;
  const newEmail = form.get("new-email");
  if (newEmail !== null) return madeUpAccount(newEmail, form.get("new-name") ?? "", form.get("new-verified") === "yes", ASSURANCES.find((assurance) => assurance === form.get("new-assurance")));
  const email = form.get("username")?.trim().toLowerCase();
  const named = [...accounts.values()].find((account) => account.email.toLowerCase() === email);
  return named && form.get("password") === DEMO_PASSWORD ? named : null;
}

/** The provider never recognises a browser: in a demo one wants to choose who to be each time. */
function forgetSession(request: IncomingMessage): void {
  const kept = request.headers.cookie?.split(/;\s*/).filter((cookie) => !cookie.startsWith("_session"));
  if (kept) request.headers.cookie = kept.join("; ");
}

/** On import oidc-provider asks for a newer Node.js on the console. It works on 20, which Portcullis supports. */
async function withoutRuntimeNotice<T>(load: () => Promise<T>): Promise<T> {
  const warn = console.warn;
  console.warn = () => {};
  try {
    return await load();
  } finally {
    console.warn = warn;
  }
}
