/** A real SMTP server on localhost that a test can read, hold back and make refuse. */
import type { AddressInfo } from "node:net";
import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";

export interface Delivery {
  /** Where it really goes, whatever its header says. */
  envelopeTo: string[];
  mail: ParsedMail;
  raw: string;
}

export interface MailServer {
  url: string;
  port: number;
  deliveries: Delivery[];
  /** Resolves once that many were delivered in all. */
  delivered(count: number): Promise<Delivery[]>;
  /** Answers what comes from now on: an error's message refuses it; a promise makes it wait. */
  answer: (delivery: Delivery) => Error | null | Promise<Error | null>;
  stop(): Promise<void>;
}

/** @param port 0: any free one */
export async function startMailServer(port = 0): Promise<MailServer> {
  const deliveries: Delivery[] = [];
  const waiting = new Set<() => void>();
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    onData(stream, session, done) {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        const raw = Buffer.concat(chunks);
        const delivery = { envelopeTo: session.envelope.rcptTo.map(({ address }) => address), mail: await simpleParser(raw), raw: raw.toString("utf8") };
        const refusal = await server.answer(delivery);
        if (!refusal) deliveries.push(delivery);
        done(refusal);
        for (const look of waiting) look();
      })();
    },
  });
  await new Promise<void>((resolve) => smtp.listen(port, "127.0.0.1", resolve));
  const { port: bound } = smtp.server.address() as AddressInfo;
  const server: MailServer = {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    deliveries,
    delivered: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (deliveries.length < count) return;
          waiting.delete(look);
          resolve(deliveries);
        };
        waiting.add(look);
        look();
      }),
    answer: () => null,
    stop: () => new Promise((resolve) => smtp.close(resolve)),
  };
  return server;
}
