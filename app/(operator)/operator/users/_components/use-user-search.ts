"use client";

import { useEffect, useRef, useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import type { UserView } from "@/lib/usecases/views";

const TYPING_PAUSE_MS = 250;

export interface UserSearchState {
  query: string;
  users: UserView[];
  loading: boolean;
  error: ApiError | null;
  search: (query: string) => void;
  /** The same search, as things are now. */
  refresh: () => Promise<void>;
}

/** An operator's search for people; without a word, the newest accounts. */
export function useUserSearch(initialQuery: string, initial: UserView[]): UserSearchState {
  const [query, setQuery] = useState(initialQuery);
  const [users, setUsers] = useState(initial);
  const [loading, setLoading] = useState(false);
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

  async function load(text: string) {
    request.current?.abort();
    const controller = new AbortController();
    request.current = controller;
    setError(null);
    setLoading(true);
    history.replaceState(null, "", text === "" ? location.pathname : `${location.pathname}?q=${encodeURIComponent(text)}`);
    try {
      setUsers((await api.users(text, controller.signal)).items);
      setLoading(false);
    } catch (problem) {
      if (controller.signal.aborted) return;
      setError(toApiError(problem));
      setLoading(false);
    }
  }

  function search(text: string) {
    setQuery(text);
    clearTimeout(typing.current);
    typing.current = setTimeout(() => void load(text.trim()), TYPING_PAUSE_MS);
  }

  return { query, users, loading, error, search, refresh: () => load(query.trim()) };
}
