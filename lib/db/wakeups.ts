/**
 * Wake-ups across portal processes: NOTIFY in the transaction of a change, one LISTEN connection per process. PostgreSQL delivers a
 * notification at commit and to every process, so it doesn't matter which of them holds a gateway's request or a browser's stream.
 * A lost connection reconnects and then wakes everyone, or has those who wait in thousands looked for: no wake-up is lost.
 */
import { Client } from "pg";
import { Prisma } from "./generated/client";

const CHANNEL = "portcullis";

export type Topic = `gateway:${string}` | `subscription:${string}` | "outbox" | "sign-ins";

/**
 * An SQL expression that tells the topic's listeners once the transaction commits: part of the statement that makes the change, since
 * a statement of its own would be one more round trip. Its value is void.
 *
 * @param detail at most some hundred characters; reaches the listeners as is
 */
export const notification = (topic: Topic, detail = ""): Prisma.Sql => Prisma.sql`pg_notify(${CHANNEL}, ${payloadOf(topic, detail)})`;

/** The same for many, as a statement of its own. */
export const notifications = (items: { topic: Topic; detail: string }[]): Prisma.Sql =>
  Prisma.sql`SELECT count(pg_notify(${CHANNEL}, payload)) FROM unnest(${items.map(({ topic, detail }) => payloadOf(topic, detail))}::text[]) AS payload`;

const payloadOf = (topic: Topic, detail: string): string => `${topic} ${detail}`;

export interface Wakeups {
  /**
   * Calls `wake` for each notification of the topic, and with "" after a reconnect, unless `quiet`: then whoever subscribes has another
   * way to find what was missed (`onReconnect`). @returns the way to stop
   */
  subscribe(topic: Topic, wake: (detail: string) => void, options?: { quiet?: boolean }): () => void;
  /** Called whenever notifications were perhaps missed. */
  onReconnect(find: () => void): void;
  /** Resolves once the connection listens for the first time. */
  ready: Promise<void>;
  close(): Promise<void>;
}

interface Subscriber {
  wake: (detail: string) => void;
  quiet: boolean;
}

const RECONNECT_MS = 500;

/** @param onTrouble told when the connection is lost and when a reconnect fails; for the log */
export function listen(url: string, onTrouble: (message: string) => void): Wakeups {
  const subscribers = new Map<string, Set<Subscriber>>();
  const finders: (() => void)[] = [];
  let client: Client | undefined;
  let closed = false;
  let connectedBefore = false;
  let retry: NodeJS.Timeout | undefined;
  let markReady: () => void = () => {};
  const ready = new Promise<void>((resolve) => (markReady = resolve));

  const wakeEveryone = () => {
    for (const set of subscribers.values()) for (const { wake, quiet } of set) if (!quiet) wake("");
    for (const find of finders) find();
  };

  async function connect(): Promise<void> {
    const next = new Client({ connectionString: url, application_name: "portcullis wake-ups", keepAlive: true, connectionTimeoutMillis: 5_000 });
    let lost = false;
    const lose = (error?: Error) => {
      if (lost || closed) return;
      lost = true;
      onTrouble(`The wake-up connection was lost${error ? ` (${error.message})` : ""}; reconnecting.`);
      void next.end().catch(() => undefined);
      retry = setTimeout(() => void connect(), RECONNECT_MS);
    };
    next.on("error", lose);
    next.on("end", () => lose());
    next.on("notification", ({ payload = "" }) => {
      const space = payload.indexOf(" ");
      const detail = payload.slice(space + 1);
      for (const { wake } of subscribers.get(payload.slice(0, space)) ?? []) wake(detail);
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${CHANNEL}`);
      if (closed) return void (await next.end());
      client = next;
      if (connectedBefore) wakeEveryone();
      connectedBefore = true;
      markReady();
    } catch (error) {
      lose(error instanceof Error ? error : undefined);
    }
  }
  void connect();

  return {
    ready,
    onReconnect: (find) => void finders.push(find),
    subscribe(topic, wake, { quiet = false } = {}) {
      const subscriber = { wake, quiet };
      const set = subscribers.get(topic) ?? new Set();
      subscribers.set(topic, set.add(subscriber));
      return () => {
        set.delete(subscriber);
        if (set.size === 0 && subscribers.get(topic) === set) subscribers.delete(topic);
      };
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
}
