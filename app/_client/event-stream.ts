import { api } from "./api";

export interface SubscriptionEvents {
  onClient: (clientId: string) => void;
  onInstance?: () => void;
  /**
   * The stream is open: now, if it already was, and each time it is back. Whatever the listener knows may be older than
   * that (made by the server a while ago, taken from the router's cache, missed in a gap): time to ask once.
   */
  onConnected?: () => void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

interface Stream {
  listeners: Set<SubscriptionEvents>;
  isOpen: () => boolean;
  close: () => void;
}

/** One stream a subscription, however many parts of a page listen: browsers allow few connections to one host. */
const streams = new Map<string, Stream>();

/**
 * Follows a subscription's events until the returned function is called. The browser reconnects by itself after a dropped
 * line, but gives up after an HTTP error; then this tries again, ever more slowly.
 */
export function followSubscription(subscriptionId: string, listener: SubscriptionEvents): () => void {
  const stream = streams.get(subscriptionId) ?? openStream(subscriptionId);
  streams.set(subscriptionId, stream);
  stream.listeners.add(listener);
  if (stream.isOpen()) listener.onConnected?.();
  return () => {
    stream.listeners.delete(listener);
    if (stream.listeners.size > 0) return;
    stream.close();
    streams.delete(subscriptionId);
  };
}

function openStream(subscriptionId: string): Stream {
  const listeners = new Set<SubscriptionEvents>();
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_RETRY_MS;

  function open() {
    source = new EventSource(api.eventsPath(subscriptionId));
    source.addEventListener("open", () => {
      delay = FIRST_RETRY_MS;
      for (const each of listeners) each.onConnected?.();
    });
    source.addEventListener("client", (event) => {
      const clientId = clientIdOf(event.data);
      if (clientId !== null) for (const each of listeners) each.onClient(clientId);
    });
    source.addEventListener("instance", () => {
      for (const each of listeners) each.onInstance?.();
    });
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(open, delay);
      delay = Math.min(delay * 2, LAST_RETRY_MS);
    });
  }

  open();
  return {
    listeners,
    isOpen: () => source?.readyState === EventSource.OPEN,
    close: () => {
      source?.close();
      clearTimeout(retry);
    },
  };
}

function clientIdOf(data: unknown): string | null {
  if (typeof data !== "string") return null;
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed !== "object" || parsed === null || !("clientId" in parsed)) return null;
    return typeof parsed.clientId === "string" ? parsed.clientId : null;
  } catch {
    return null;
  }
}
