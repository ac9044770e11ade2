/** A subscription's event stream, read as it comes. */
import type { PortalApi } from "./people";

export interface StreamEvent {
  name: string;
  data: string;
}

export interface OpenStream {
  /** All that came so far, without the comments that keep it alive. */
  events: StreamEvent[];
  /** Resolves as soon as an event fits, there already or to come. @throws when the stream ends before */
  until: (what: string, fits: (event: StreamEvent) => boolean) => Promise<StreamEvent>;
  /** Resolves when the portal has ended the stream. */
  ended: Promise<void>;
  close: () => void;
}

/** @returns once the portal has begun to answer */
export async function openStream(api: PortalApi, portalUrl: string, apiPath: string): Promise<OpenStream> {
  const { cookies } = await api.storageState();
  const stop = new AbortController();
  const response = await fetch(`${portalUrl}${apiPath}/events`, { headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") }, signal: stop.signal });
  if (response.status !== 200 || !response.body) throw new Error(`The stream answered ${response.status}: ${await response.text()}`);
  const events: StreamEvent[] = [];
  let wake: () => void = () => {};
  let over = false;
  const ended = (async () => {
    try {
      let rest = "";
      for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = `${rest}${text}`.split("\n\n");
        rest = blocks.pop() ?? "";
        events.push(...blocks.flatMap(parse));
        wake();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      over = true;
      wake();
    }
  })();
  return {
    events,
    ended,
    close: () => stop.abort(),
    until: async (what, fits) => {
      for (;;) {
        const found = events.find(fits);
        if (found) return found;
        if (over) throw new Error(`The stream ended before ${what}.`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function parse(block: string): StreamEvent[] {
  const name = /^event: (.*)$/m.exec(block)?.[1];
  return name === undefined ? [] : [{ name, data: /^data: (.*)$/m.exec(block)?.[1] ?? "" }];
}
