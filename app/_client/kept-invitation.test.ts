import { expect, test } from "vitest";
import { forgetInvitation, openInvitation } from "./kept-invitation";

const TOKEN = "t".repeat(43);

function tab() {
  const held = new Map<string, string>();
  return { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => void held.set(key, value), removeItem: (key: string) => void held.delete(key) };
}

test("what a link carries outlasts the way through sign-in, and is gone once it was answered", () => {
  const store = tab();
  expect(openInvitation("", store)).toBeNull();
  expect(openInvitation(`#token=${TOKEN}`, store)).toBe(TOKEN);
  expect(openInvitation("", store)).toBe(TOKEN);
  // A later link counts, a broken one doesn't.
  expect(openInvitation("#token=short", store)).toBe(TOKEN);
  expect(openInvitation(`#token=${"u".repeat(43)}`, store)).toBe("u".repeat(43));
  forgetInvitation(store);
  expect(openInvitation("", store)).toBeNull();
});

test("what something else left in the tab is no token", () => {
  const store = tab();
  store.setItem("portcullis.invitation", "<script>");
  expect(openInvitation("", store)).toBeNull();
});
