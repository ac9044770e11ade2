/** An SMTP server that comes and goes on one port, and counts what it was given, by Message-ID. */
import type { Readable } from "node:stream";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

export interface MailServer {
  url: string;
  /** How often each mail came. */
  received: Map<string, number>;
  up(): Promise<void>;
  /** Cuts connections, also in the middle of a mail. */
  down(): Promise<void>;
}

export async function createMailServer(): Promise<MailServer> {
  const received = new Map<string, number>();
  const sockets = new Set<{ destroy(): void }>();
  let server: SMTPServer | null = null;
  let port = 0;
  const take = async (stream: Readable, done: (error?: Error) => void): Promise<void> => {
    try {
      const { messageId = "" } = await simpleParser(stream);
      received.set(messageId, (received.get(messageId) ?? 0) + 1);
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    done();
  };
  const mail: MailServer = {
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    received,
    up: async () => {
      const starting = new SMTPServer({
        authOptional: true,
        disabledCommands: ["AUTH", "STARTTLS"],
        disableReverseLookup: true,
        onData: (stream, _session, done) => void take(stream, done),
      });
      // A client that goes away in the middle of a mail is what this is for.
      starting.on("error", () => undefined);
      await new Promise<void>((settle, refuse) => {
        starting.server.once("error", refuse);
        starting.listen(port, "127.0.0.1", () => settle());
      });
      starting.server.on("connection", (socket) => {
        sockets.add(socket);
        socket.once("close", () => sockets.delete(socket));
      });
      const address = starting.server.address();
      if (address !== null && typeof address === "object") port = address.port;
      server = starting;
    },
    down: async () => {
      const ending = server;
      server = null;
      if (!ending) return;
      const closed = new Promise<void>((settle) => ending.close(() => settle()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await mail.up();
  return mail;
}
