"use client";

import { useEffect, useRef, useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { appendPage, type ClientList, replaceClient } from "@/app/_client/client-list";
import { isPending } from "@/app/_client/enforcement";
import { usePendingPoll } from "@/app/_client/use-pending-poll";
import type { ClientView, FoundClientView, Page } from "@/lib/usecases/views";

const TYPING_PAUSE_MS = 250;

export interface ClientSearchState {
  query: string;
  /** null: nothing was searched for. */
  found: ClientList<FoundClientView> | null;
  loading: "search" | "more" | null;
  error: ApiError | null;
  search: (query: string) => void;
  loadMore: () => Promise<void>;
  put: (client: ClientView) => void;
}

/** An operator's search over all subscriptions; what was revoked from it is asked after until its gateway has confirmed. */
export function useClientSearch(initialQuery: string, initial: Page<FoundClientView> | null): ClientSearchState {
  const [query, setQuery] = useState(initialQuery);
  // The list and the search it answers change together: an answer to something older must not mix with it.
  const [shown, setShown] = useState({ found: initial, query: initialQuery });
  const [loading, setLoading] = useState<ClientSearchState["loading"]>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const request = useRef<AbortController | null>(null);

  useEffect(
    () => () => {
      clearTimeout(typing.current);
      request.current?.abort();
    },
    [],
  );

  function put(client: ClientView) {
    setShown((before) => {
      const known = before.found?.items.find(({ id }) => id === client.id);
      return before.found && known ? { ...before, found: replaceClient(before.found, { ...client, subscription: known.subscription }) } : before;
    });
  }

  const { found } = shown;
  const waiting = (found?.items ?? []).filter((client) => client.state === "revoked" && isPending(client)).slice(0, 20);
  usePendingPoll(waiting.map(({ id }) => id).join(), async () => {
    const fresh = await Promise.all(waiting.map(({ id, subscription }) => api.client(subscription.id, id)));
    for (const client of fresh) put(client);
  });

  function search(text: string) {
    setQuery(text);
    clearTimeout(typing.current);
    typing.current = setTimeout(() => void load(text.trim()), TYPING_PAUSE_MS);
  }

  async function load(text: string) {
    request.current?.abort();
    const controller = new AbortController();
    request.current = controller;
    setError(null);
    history.replaceState(history.state, "", text === "" ? location.pathname : `${location.pathname}?q=${encodeURIComponent(text)}`);
    if (text === "") {
      setShown({ found: null, query: "" });
      setLoading(null);
      return;
    }
    setLoading("search");
    try {
      setShown({ found: await api.searchClients(text, null, controller.signal), query: text });
      setLoading(null);
    } catch (problem) {
      if (controller.signal.aborted) return;
      setError(toApiError(problem));
      setLoading(null);
    }
  }

  async function loadMore() {
    if (!found?.nextCursor || loading !== null) return;
    setLoading("more");
    setError(null);
    try {
      const next = await api.searchClients(shown.query, found.nextCursor);
      setShown((before) => (before.found && before.query === shown.query ? { ...before, found: appendPage(before.found, next) } : before));
    } catch (problem) {
      setError(toApiError(problem));
    } finally {
      setLoading(null);
    }
  }

  return { query, found, loading, error, search, loadMore, put };
}
