import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventStream, type StreamEvent } from "@/lib/http/event-stream";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function* events(...items: StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* items;
}

test("each event is one name and one line of data, whatever the data holds", async () => {
  const response = eventStream(events({ name: "client", data: { clientId: "1" } }, { name: "client", data: { text: "two\nlines\r\n\ndata: forged" } }));
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.text()).toBe('retry: 1000\n\nevent: client\ndata: {"clientId":"1"}\n\nevent: client\ndata: {"text":"two\\nlines\\r\\n\\ndata: forged"}\n\n');
  expect(vi.getTimerCount()).toBe(0);
});

test("a stream without news sends a comment every fifteen seconds, so that nobody in between closes it", async () => {
  let end: () => void = () => {};
  const silence = new Promise<void>((resolve) => (end = resolve));
  const response = eventStream(
    (async function* () {
      await silence;
      yield* [];
    })(),
  );
  vi.advanceTimersByTime(30_000);
  end();
  expect(await response.text()).toBe("retry: 1000\n\n: ping\n\n: ping\n\n");
});

test("a reader who leaves ends the source and the heartbeat", async () => {
  let ended: () => void = () => {};
  const sourceEnded = new Promise<void>((resolve) => (ended = resolve));
  const response = eventStream(
    (async function* () {
      try {
        for (;;) yield { name: "client", data: {} };
      } finally {
        ended();
      }
    })(),
  );
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  await sourceEnded;
  expect(vi.getTimerCount()).toBe(0);
});

test("a source that fails ends the stream, and leaves no heartbeat behind that would write to it", async () => {
  const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("the database went away")) }) };
  await expect(eventStream(failing).text()).rejects.toThrow("the database went away");
  expect(vi.getTimerCount()).toBe(0);
});
