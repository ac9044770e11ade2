/** Server-sent events (WHATWG HTML, section 9.2). */

export interface StreamEvent {
  /** "client", "instance", … */
  name: string;
  data: unknown;
}

const HEARTBEAT_MS = 15_000;

/** A source that fails ends the stream; a heartbeat that went on would then write to a closed one. */
async function nextOf<T>(iterator: AsyncIterator<T>, onFailure: () => void): Promise<IteratorResult<T>> {
  try {
    return await iterator.next();
  } catch (error) {
    onFailure();
    throw error;
  }
}

/** A response that lives as long as the source does. A comment now and then keeps proxies from closing it. */
export function eventStream(source: AsyncIterable<StreamEvent>): Response {
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(heartbeat);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      // Asks for quick reconnects: a portal that restarts is back within a second or two.
      controller.enqueue(encoder.encode("retry: 1000\n\n"));
      heartbeat = setInterval(() => controller.enqueue(encoder.encode(": ping\n\n")), HEARTBEAT_MS);
    },
    async pull(controller) {
      const { done, value } = await nextOf(iterator, stop);
      if (done) {
        stop();
        controller.close();
      } else {
        controller.enqueue(encoder.encode(`event: ${value.name}\ndata: ${JSON.stringify(value.data)}\n\n`));
      }
    },
    async cancel() {
      stop();
      await iterator.return?.();
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" } });
}
