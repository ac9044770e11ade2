import { expect, test } from "vitest";
import { forgetLink, openLink } from "./kept-link";

const TOKEN = "t".repeat(43);

function tab() {
  const held = new Map<string, string>();
  return { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => void held.set(key, value), removeItem: (key: string) => void held.delete(key) };
}

test("what a link carries outlasts the way through sign-in, and is gone once it was answered", () => {
  const store = tab();
  expect(openLink("invitation", "", store)).toBeNull();
  expect(openLink("invitation", `#token=${TOKEN}`, store)).toBe(TOKEN);
  expect(openLink("invitation", "", store)).toBe(TOKEN);
  // A later link counts, a broken one doesn't.
  expect(openLink("invitation", "#token=short", store)).toBe(TOKEN);
  expect(openLink("invitation", `#token=${"u".repeat(43)}`, store)).toBe("u".repeat(43));
  forgetLink("invitation", store);
  expect(openLink("invitation", "", store)).toBeNull();
});

test("a link of one kind is none of another", () => {
  const store = tab();
  openLink("invitation", `#token=${TOKEN}`, store);
  expect(openLink("enrolment", "", store)).toBeNull();
  forgetLink("enrolment", store);
  expect(openLink("invitation", "", store)).toBe(TOKEN);
});

test("what something else left in the tab is no token", () => {
  const store = tab();
  store.setItem("portcullis.invitation", "<script>");
  expect(openLink("invitation", "", store)).toBeNull();
});
