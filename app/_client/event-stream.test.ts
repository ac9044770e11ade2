import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followSubscription } from "./event-stream";

class FakeEventSource extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 0;

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  close() {
    this.readyState = FakeEventSource.CLOSED;
  }

  emit(type: string, data?: string) {
    if (type === "open") this.readyState = FakeEventSource.OPEN;
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.opened = [];
  vi.stubGlobal("EventSource", FakeEventSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const last = (): FakeEventSource => FakeEventSource.opened.at(-1) ?? expect.fail("no stream was opened");

describe("following a subscription", () => {
  it("opens one stream for all listeners and closes it with the last of them", () => {
    const heard: string[] = [];
    const stopA = followSubscription("s1", { onClient: (id) => heard.push(`a ${id}`) });
    const stopB = followSubscription("s1", { onClient: (id) => heard.push(`b ${id}`) });
    expect(FakeEventSource.opened).toHaveLength(1);
    last().emit("client", '{"clientId":"c1"}');
    expect(heard).toEqual(["a c1", "b c1"]);
    stopA();
    expect(last().readyState).not.toBe(FakeEventSource.CLOSED);
    stopB();
    expect(last().readyState).toBe(FakeEventSource.CLOSED);
  });

  it("ignores events that say nothing", () => {
    const onClient = vi.fn();
    const stop = followSubscription("s2", { onClient });
    for (const data of ["", "null", "[]", "{", '{"clientId":7}']) last().emit("client", data);
    expect(onClient).not.toHaveBeenCalled();
    stop();
  });

  it("tells each listener when to ask for what it may have missed: once open, and after each gap", () => {
    const early = vi.fn();
    const stopEarly = followSubscription("s3", { onClient: vi.fn(), onConnected: early });
    expect(early).not.toHaveBeenCalled();
    last().emit("open");
    expect(early).toHaveBeenCalledTimes(1);

    const late = vi.fn();
    const stopLate = followSubscription("s3", { onClient: vi.fn(), onConnected: late });
    expect(late).toHaveBeenCalledTimes(1);
    last().emit("error");
    last().emit("open");
    expect(early).toHaveBeenCalledTimes(2);
    expect(late).toHaveBeenCalledTimes(2);
    stopEarly();
    stopLate();
  });

  it("opens a new stream once the browser has given up, ever more slowly, and never after the end", () => {
    const stop = followSubscription("s4", { onClient: vi.fn() });
    const fail = () => {
      last().readyState = FakeEventSource.CLOSED;
      last().emit("error");
    };
    fail();
    vi.advanceTimersByTime(1_000);
    expect(FakeEventSource.opened).toHaveLength(2);
    fail();
    vi.advanceTimersByTime(1_999);
    expect(FakeEventSource.opened).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeEventSource.opened).toHaveLength(3);
    fail();
    stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeEventSource.opened).toHaveLength(3);
  });
});
