"use client";

import { useEffect, useRef, useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { appendPage, type ClientList, refreshFirstPage, replaceClient, upsertClient } from "@/app/_client/client-list";
import { isPending } from "@/app/_client/enforcement";
import { useRefresh } from "@/app/_client/use-live-client";
import { usePendingPoll } from "@/app/_client/use-pending-poll";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import type { ClientView } from "@/lib/usecases/views";

const TYPING_PAUSE_MS = 180;

export interface LiveClientList {
  list: ClientList;
  query: string;
  search: (query: string) => void;
  /** "search": a new list is on its way; "more": the next page is. */
  loading: "search" | "more" | null;
  error: ApiError | null;
  loadMore: () => Promise<void>;
  put: (client: ClientView) => void;
}

/** A subscription's clients as the portal knows them: searched, paged, and kept up to date by its event stream. */
export function useClientList(subscriptionId: string, initial: ClientList, initialQuery: string): LiveClientList {
  // The list and the search it answers change together: an answer to something older must not mix with it.
  const [shown, setShown] = useState({ list: initial, query: initialQuery });
  const [query, setQuery] = useState(initialQuery);
  const [loading, setLoading] = useState<LiveClientList["loading"]>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const request = useRef<AbortController | null>(null);

  const { list } = shown;
  const refresh = useRefresh(subscriptionId, (client) =>
    setShown((before) => ({ ...before, list: before.query === "" ? upsertClient(before.list, client) : replaceClient(before.list, client) })),
  );
  useSubscriptionEvents(subscriptionId, { onClient: (clientId) => void refresh(clientId), onInstance: () => void refreshFirst(), onConnected: () => void refreshFirst() });

  const waiting = list.items.filter(isPending);
  usePendingPoll(waiting.map(({ id, state }) => `${id} ${state}`).join(), async () => {
    await Promise.all(waiting.slice(0, 20).map(({ id }) => refresh(id)));
  });

  useEffect(
    () => () => {
      clearTimeout(typing.current);
      request.current?.abort();
    },
    [],
  );

  async function refreshFirst() {
    try {
      const first = await api.clients(subscriptionId, { query: shown.query });
      setShown((before) => (before.query === shown.query ? { ...before, list: refreshFirstPage(before.list, first) } : before));
    } catch {
      // What is on screen stays; the stream tells of what changes from here.
    }
  }

  function search(text: string) {
    setQuery(text);
    clearTimeout(typing.current);
    typing.current = setTimeout(() => void load(text.trim()), TYPING_PAUSE_MS);
  }

  async function load(text: string) {
    request.current?.abort();
    const controller = new AbortController();
    request.current = controller;
    setLoading("search");
    setError(null);
    try {
      const found = await api.clients(subscriptionId, { query: text }, controller.signal);
      setShown({ list: found, query: text });
      history.replaceState(history.state, "", text === "" ? location.pathname : `${location.pathname}?q=${encodeURIComponent(text)}`);
      setLoading(null);
    } catch (problem) {
      if (controller.signal.aborted) return;
      setError(toApiError(problem));
      setLoading(null);
    }
  }

  async function loadMore() {
    if (list.nextCursor === null || loading !== null) return;
    setLoading("more");
    setError(null);
    try {
      const next = await api.clients(subscriptionId, { cursor: list.nextCursor, query: shown.query });
      setShown((before) => (before.query === shown.query ? { ...before, list: appendPage(before.list, next) } : before));
    } catch (problem) {
      setError(toApiError(problem));
    } finally {
      setLoading(null);
    }
  }

  function put(client: ClientView) {
    setShown((before) => ({ ...before, list: replaceClient(before.list, client) }));
  }

  return { list, query, search, loading, error, loadMore, put };
}
