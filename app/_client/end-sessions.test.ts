import { expect, it } from "vitest";
import { ApiError } from "./api-error";
import { endSessions, tokenIn, type EndSessionsEvent, type EndSessionsState } from "./end-sessions";

const TOKEN = "a".repeat(43);
const run = (...events: EndSessionsEvent[]): EndSessionsState => events.reduce(endSessions, { phase: "opening" });

it("reads a whole token from the fragment, and nothing else", () => {
  expect(tokenIn(`#token=${TOKEN}`)).toBe(TOKEN);
  for (const fragment of ["", "#", "#token=", `#token=${TOKEN}a`, `#token=${"a".repeat(42)}`, `#other=${TOKEN}`, "#token=<script>"]) expect(tokenIn(fragment), fragment).toBeNull();
});

it("opening does nothing but ask; the button ends them", () => {
  const ready = run({ type: "opened", token: TOKEN });
  expect(ready).toEqual({ phase: "ready", token: TOKEN, problem: null });
  expect(run({ type: "opened", token: TOKEN }, { type: "asked" }, { type: "ended" })).toEqual({ phase: "done" });
});

it("an incomplete link says so; opening a whole one afterwards helps", () => {
  expect(run({ type: "opened", token: null })).toEqual({ phase: "incomplete" });
  expect(run({ type: "opened", token: null }, { type: "opened", token: TOKEN }).phase).toBe("ready");
  // The address bar is emptied after reading, which is no new link.
  expect(run({ type: "opened", token: TOKEN }, { type: "opened", token: null }).phase).toBe("ready");
});

it("a used link is over, and after no answer the button is there again", () => {
  expect(run({ type: "opened", token: TOKEN }, { type: "asked" }, { type: "refused", error: new ApiError("link_invalid", "Over.") })).toEqual({ phase: "expired" });
  expect(run({ type: "opened", token: TOKEN }, { type: "asked" }, { type: "refused", error: new ApiError("network", "Offline.") })).toEqual({ phase: "ready", token: TOKEN, problem: "Offline." });
});
