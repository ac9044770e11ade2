import { describe, expect, it } from "vitest";
import type { ClientView } from "@/lib/usecases/views";
import { appendPage, refreshFirstPage, replaceClient, upsertClient } from "./client-list";

const client = (id: string, minute = 0, nickname = id): ClientView => ({ id, nickname, createdAt: `2025-11-22T12:${String(minute).padStart(2, "0")}:00Z` }) as ClientView;
const page = (ids: string[], nextCursor: string | null = null) => ({ items: ids.map((id) => client(id)), nextCursor });
const ids = (list: { items: ClientView[] }): string => list.items.map(({ id }) => id).join("");

describe("the list on screen", () => {
  it("shows a client's newest view in its place", () => {
    const list = replaceClient(page(["a", "b"]), client("b", 0, "renamed"));
    expect(list.items.map(({ nickname }) => nickname)).toEqual(["a", "renamed"]);
  });

  it("shows a client that was just added, and doesn't pull in one from a later page", () => {
    const list = { items: [client("b", 20), client("a", 10)], nextCursor: "more" };
    expect(ids(upsertClient(list, client("c", 30)))).toBe("cba");
    expect(ids(upsertClient(list, client("old", 5)))).toBe("ba");
    expect(ids(upsertClient({ items: [], nextCursor: null }, client("first")))).toBe("first");
  });

  it("never shows a client twice", () => {
    const list = appendPage(page(["a", "b"], "2"), page(["b", "c"], "3"));
    expect(ids(list)).toBe("abc");
    expect(list.nextCursor).toBe("3");
  });

  it("keeps later pages when the first is brought up to date", () => {
    const list = refreshFirstPage(page(["a", "b", "c", "d"], "4"), page(["n", "a"], "2"));
    expect(ids(list)).toBe("nabcd");
    expect(list.nextCursor).toBe("4");
    expect(refreshFirstPage(page(["a"]), page(["b", "a"], "2"))).toEqual(page(["b", "a"], "2"));
  });
});
