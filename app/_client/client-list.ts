import type { ClientView, Page } from "@/lib/usecases/views";

/** The clients on screen and where the list goes on. */
export type ClientList<T extends ClientView = ClientView> = Page<T>;

/** Puts a newer view of a client in its place; a client that isn't on screen is left off. */
export function replaceClient<T extends ClientView>(list: ClientList<T>, client: T): ClientList<T> {
  if (!list.items.some(({ id }) => id === client.id)) return list;
  return { ...list, items: list.items.map((each) => (each.id === client.id ? client : each)) };
}

/** As `replaceClient`, and a client that isn't on screen goes to the top if it is newer than all that are. */
export function upsertClient<T extends ClientView>(list: ClientList<T>, client: T): ClientList<T> {
  if (list.items.some(({ id }) => id === client.id)) return replaceClient(list, client);
  const newest = list.items.every(({ createdAt }) => createdAt <= client.createdAt);
  return newest ? { ...list, items: [client, ...list.items] } : list;
}

/** Adds the next page; a client that moved between pages meanwhile is kept once. */
export function appendPage<T extends ClientView>(list: ClientList<T>, next: ClientList<T>): ClientList<T> {
  const known = new Set(list.items.map(({ id }) => id));
  return { items: [...list.items, ...next.items.filter(({ id }) => !known.has(id))], nextCursor: next.nextCursor };
}

/** Brings the first page up to date without losing the pages after it. */
export function refreshFirstPage<T extends ClientView>(list: ClientList<T>, first: ClientList<T>): ClientList<T> {
  if (list.items.length <= first.items.length) return first;
  const fresh = new Set(first.items.map(({ id }) => id));
  return { items: [...first.items, ...list.items.filter(({ id }) => !fresh.has(id))], nextCursor: list.nextCursor };
}
