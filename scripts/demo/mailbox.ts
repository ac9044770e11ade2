/**
 * A local SMTP server that delivers to a page instead of to people, so that the portal's mails go through real SMTP and
 * can be read. Tests read them as JSON, and wait for one to arrive instead of looking again and again.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { close, listen, portProblem } from "@/scripts/http";
import { INBOX_PAGE } from "@/scripts/demo/mailbox-page";
import { sendJson, sendPage } from "@/scripts/demo/page";

const HOST = "127.0.0.1";
const KEPT_MESSAGES = 1_000;
const SIZE_LIMIT_BYTES = 2_000_000;
const LONGEST_WAIT_MS = 60_000;

export interface ReceivedMail {
  /** Counts up from 1 in order of arrival. */
  id: number;
  /** The SMTP envelope: where the mail really goes, whatever its header says. Lower case. */
  to: string[];
  from: string;
  subject: string;
  text: string;
  /** null: the mail has no HTML part. */
  html: string | null;
  /** ISO 8601. */
  receivedAt: string;
}

export interface Mailbox {
  /** smtp://127.0.0.1:port */
  smtpUrl: string;
  /** The page; its JSON API is below /api. */
  url: string;
  stop(): Promise<void>;
}

export interface MailboxOptions {
  /** 0: any free one. */
  smtpPort: number;
  httpPort: number;
}

export async function startMailbox({ smtpPort, httpPort }: MailboxOptions): Promise<Mailbox> {
  const store = createStore();
  const smtp = new SMTPServer({
    authOptional: true,
    // There is no certificate that a client could check, and nothing leaves this machine.
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: SIZE_LIMIT_BYTES,
    onData: (stream, session, done) => void receive(stream, session.envelope.rcptTo.map((recipient) => recipient.address), store, done),
  });
  const smtpAddress = await listenSmtp(smtp, smtpPort);
  const http = createServer((request, response) => answer(store, request, response));
  const port = await listen(http, httpPort, HOST, { name: "the inbox page", variable: "MAILBOX_PORT" }).catch(async (error: unknown) => {
    await new Promise<void>((settle) => smtp.close(settle));
    throw error;
  });
  return {
    smtpUrl: `smtp://${HOST}:${smtpAddress}`,
    url: `http://${HOST}:${port}`,
    stop: async () => {
      await Promise.all([close(http), new Promise<void>((settle) => smtp.close(settle))]);
    },
  };
}

interface Store {
  /** Oldest first. */
  mails: { mail: ReceivedMail; raw: Buffer }[];
  add(mail: Omit<ReceivedMail, "id">, raw: Buffer): void;
  /** Told of each mail as it arrives; returns how to stop. */
  subscribe(told: (mail: ReceivedMail) => void): () => void;
}

function createStore(): Store {
  const subscribers = new Set<(mail: ReceivedMail) => void>();
  const mails: Store["mails"] = [];
  let lastId = 0;
  return {
    mails,
    add: (received, raw) => {
      const mail = { id: ++lastId, ...received };
      mails.push({ mail, raw });
      if (mails.length > KEPT_MESSAGES) mails.shift();
      for (const told of subscribers) told(mail);
    },
    subscribe: (told) => {
      subscribers.add(told);
      return () => subscribers.delete(told);
    },
  };
}

async function receive(stream: Readable, recipients: string[], store: Store, done: (error?: Error) => void): Promise<void> {
  try {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    await keep(Buffer.concat(parts), recipients, store);
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)));
  }
  done();
}

async function keep(raw: Buffer, recipients: string[], store: Store): Promise<void> {
  const parsed = await simpleParser(raw);
  store.add(
    {
      to: recipients.map((address) => address.toLowerCase()),
      from: parsed.from?.text ?? "",
      subject: parsed.subject ?? "",
      text: parsed.text ?? "",
      html: parsed.html || null,
      receivedAt: new Date().toISOString(),
    },
    raw,
  );
}

function answer(store: Store, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", `http://${HOST}`);
  const [, area, id, form] = /^\/(api\/messages|messages)\/(\d+)(?:\/(raw|html))?$/.exec(url.pathname) ?? [];
  const one = id === undefined ? undefined : store.mails.find(({ mail }) => mail.id === Number(id));
  if (request.method !== "GET") sendJson(response, 405, { error: "Only GET." });
  else if (url.pathname === "/") sendPage(response, INBOX_PAGE);
  else if (url.pathname === "/events") stream(store, response);
  else if (url.pathname === "/api/messages") sendJson(response, 200, { messages: matching(store, url).toReversed(), latest: store.mails.at(-1)?.mail.id ?? 0 });
  else if (url.pathname === "/api/messages/wait") wait(store, url, response);
  else if (one && area === "api/messages" && form === undefined) sendJson(response, 200, one.mail);
  else if (one && area === "api/messages" && form === "raw") response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" }).end(one.raw);
  else if (one?.mail.html && area === "messages" && form === "html") sendForeignHtml(response, one.mail.html);
  else sendJson(response, 404, { error: "There is no such message." });
}

/** Mails to `to` (any address if absent) that came after the one numbered `after`, oldest first. */
function matching(store: Store, url: URL): ReceivedMail[] {
  const wanted = filterOf(url);
  return store.mails.map(({ mail }) => mail).filter(wanted);
}

function filterOf(url: URL): (mail: ReceivedMail) => boolean {
  const to = url.searchParams.get("to")?.toLowerCase();
  const after = Number(url.searchParams.get("after") ?? 0);
  const subject = url.searchParams.get("subject");
  return (mail) => mail.id > after && (to === undefined || mail.to.includes(to)) && (subject === null || mail.subject.includes(subject));
}

/** Answers with the first matching mail, at once or when it arrives; 204 when `timeout` ms have passed. */
function wait(store: Store, url: URL, response: ServerResponse): void {
  const there = matching(store, url)[0];
  if (there) return sendJson(response, 200, there);
  const wanted = filterOf(url);
  const finish = (act: () => void) => {
    unsubscribe();
    clearTimeout(timer);
    act();
  };
  const unsubscribe = store.subscribe((mail) => {
    if (wanted(mail)) finish(() => sendJson(response, 200, mail));
  });
  const timer = setTimeout(() => finish(() => response.writeHead(204).end()), Math.min(Number(url.searchParams.get("timeout") ?? 30_000), LONGEST_WAIT_MS));
  response.on("close", () => finish(() => {}));
}

/** Server-sent events: one `mail` event a mail. */
function stream(store: Store, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": ready\n\n");
  response.on("close", store.subscribe((mail) => response.write(`event: mail\ndata: ${JSON.stringify(mail)}\n\n`)));
}

/** A mail's HTML is whatever its sender wrote: no scripts, no forms, no requests, and an origin of its own. Links open elsewhere. */
function sendForeignHtml(response: ServerResponse, html: string): void {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  response.end(`<base target="_blank">${html}`);
}

async function listenSmtp(smtp: SMTPServer, port: number): Promise<number> {
  return new Promise((settle, refuse) => {
    smtp.once("error", (error: NodeJS.ErrnoException) => refuse(new Error(portProblem(error, port, { name: "the mail server", variable: "SMTP_PORT" }))));
    const server = smtp.listen(port, HOST, () => {
      // A client that goes away mid-mail is its own business.
      smtp.on("error", () => {});
      const address = server.address();
      settle(address && typeof address === "object" ? address.port : port);
    });
  });
}
