/**
 * The small web app that stands for the cloud service behind the tunnel. It listens on its tunnel address alone, and asks
 * for a user name and a password: the second of the two things that reaching an instance takes.
 *
 * Run inside the instance's network namespace; settings come from the environment (PORTCULLIS_INSTANCE_…), so that the
 * password is in no list of processes.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { close, listen, readForm } from "@/scripts/http";
import { escapeHtml, sendPage } from "@/scripts/demo/page";

const SESSION_COOKIE = "instance_session";
const SESSION_MS = 8 * 3_600_000;
const MEGABYTE = 1_000_000;

export interface InstanceAppOptions {
  /** The instance's tunnel addresses, without prefix length. */
  addresses: string[];
  port: number;
  name: string;
  username: string;
  password: string;
}

export interface InstanceApp {
  /** One for each address. */
  urls: string[];
  stop(): Promise<void>;
}

export async function startInstanceApp(options: InstanceAppOptions): Promise<InstanceApp> {
  const sessions = new Map<string, number>();
  const servers: Server[] = [];
  const urls: string[] = [];
  const stop = async () => {
    await Promise.all(servers.map(close));
  };
  try {
    for (const address of options.addresses) {
      const server = createServer((request, response) => {
        answer(options, sessions, request, response).catch(() => response.destroy());
      });
      const port = await listen(server, options.port, address, { name: `the instance at ${address}` });
      servers.push(server);
      urls.push(`http://${address.includes(":") ? `[${address}]` : address}${port === 80 ? "" : `:${port}`}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, stop };
}

async function answer(options: InstanceAppOptions, sessions: Map<string, number>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://instance");
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /login") return sendLoginPage(response, options.name);
  if (route === "POST /login") return logIn(options, sessions, request, response);
  if (!hasSession(sessions, request)) return redirect(response, "/login");
  if (route === "POST /logout") {
    sessions.delete(cookieOf(request));
    return redirect(response, "/login", `${SESSION_COOKIE}=; Path=/; Max-Age=0`);
  }
  if (route === "GET /sample") return sendSample(response, Number(url.searchParams.get("megabytes") ?? 100));
  if (route === "GET /") return sendHomePage(response, options, request);
  sendPage(response, { title: "Not found", status: 404, body: '<main class="card narrow"><h1>There is nothing here.</h1><a href="/">Back</a></main>' });
}

async function logIn(options: InstanceAppOptions, sessions: Map<string, number>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request);
  // Both are compared in any case: the time taken tells nothing about which one was wrong.
  const right = [equal(form.get("username") ?? "", options.username), equal(form.get("password") ?? "", options.password)];
  if (right.includes(false)) return sendLoginPage(response, options.name, "That user name and password don't go together.");
  const session = randomBytes(32).toString("base64url");
  sessions.set(session, Date.now() + SESSION_MS);
  redirect(response, "/", `${SESSION_COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict`);
}

function equal(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function hasSession(sessions: Map<string, number>, request: IncomingMessage): boolean {
  return (sessions.get(cookieOf(request)) ?? 0) > Date.now();
}

function cookieOf(request: IncomingMessage): string {
  const cookie = request.headers.cookie?.split(/;\s*/).find((part) => part.startsWith(`${SESSION_COOKIE}=`));
  return cookie?.slice(SESSION_COOKIE.length + 1) ?? "";
}

function redirect(response: ServerResponse, to: string, cookie?: string): void {
  response.writeHead(303, { location: to, "cache-control": "no-store", ...(cookie ? { "set-cookie": cookie } : {}) });
  response.end();
}

function sendLoginPage(response: ServerResponse, name: string, problem?: string): void {
  sendPage(response, {
    title: `Log in · ${name}`,
    status: problem ? 401 : 200,
    body: `<main class="card narrow"><header><h1>${escapeHtml(name)}</h1><p class="quiet small">You are inside the tunnel. Now log in to the instance itself.</p></header>
<form method="post" action="/login">
<label>User name <input type="text" name="username" autocomplete="username" required autofocus></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
${problem ? `<p class="bad small" role="alert">${escapeHtml(problem)}</p>` : ""}
<button>Log in</button>
</form></main>`,
  });
}

function sendHomePage(response: ServerResponse, { name, username }: InstanceAppOptions, request: IncomingMessage): void {
  const row = (label: string, value: string) => `<div><dt class="quiet small">${label}</dt><dd>${escapeHtml(value)}</dd></div>`;
  sendPage(response, {
    title: name,
    style: "dl { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin: 0; } dd { margin: 0; overflow-wrap: anywhere; }",
    body: `<main class="card narrow"><header><h1>${escapeHtml(name)}</h1><p class="quiet small">You are in: through the tunnel, and past the login.</p></header>
<dl>${row("Logged in as", username)}${row("Your tunnel address", request.socket.remoteAddress ?? "")}${row("This instance", request.socket.localAddress ?? "")}${row("Up for", `${Math.round(process.uptime())} s`)}</dl>
<p><a href="/sample?megabytes=100" download="sample.bin">Download 100 MB through the tunnel</a></p>
<form method="post" action="/logout"><button>Log out</button></form></main>`,
  });
}

/** A transfer to watch: it goes on until it is done, or until access is taken away. */
function sendSample(response: ServerResponse, megabytes: number): void {
  const size = Math.max(0, Math.min(Number.isFinite(megabytes) ? megabytes : 0, 1_000_000)) * MEGABYTE;
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size, "cache-control": "no-store" });
  const block = randomBytes(64_000);
  let left = size;
  const source = new Readable({
    read() {
      const part = block.subarray(0, Math.min(left, block.length));
      left -= part.length;
      this.push(part.length > 0 ? part : null);
    },
  });
  response.on("close", () => source.destroy());
  source.pipe(response);
}

function setting(name: string): string {
  const value = process.env[`PORTCULLIS_INSTANCE_${name}`];
  if (!value) throw new Error(`PORTCULLIS_INSTANCE_${name} is not set.`);
  return value;
}

async function main(): Promise<void> {
  const app = await startInstanceApp({
    addresses: setting("ADDRESSES").split(","),
    port: Number(setting("PORT")),
    name: setting("NAME"),
    username: setting("USERNAME"),
    password: setting("PASSWORD"),
  });
  process.stdout.write(`${JSON.stringify({ urls: app.urls })}\n`);
  const end = () => void app.stop().then(() => process.exit(0));
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  // The channel closes when the program that started this one ends, however it ends.
  process.once("disconnect", end);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
