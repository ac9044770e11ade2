"use client";

import { useEffect, useRef, useState } from "react";
import { toApiError, type ApiError } from "./api-error";

const TYPING_PAUSE_MS = 250;

export interface TypedSearch<Found> {
  query: string;
  found: Found;
  loading: boolean;
  error: ApiError | null;
  search: (query: string) => void;
  /** The same search, as things are now. */
  refresh: () => Promise<void>;
}

/**
 * A search that follows what is typed: asked after a pause, the one before called off, and kept in the page's address.
 *
 * @param ask "" asks for what the page shows without a word
 */
export function useTypedSearch<Found>(initialQuery: string, initial: Found, ask: (text: string, signal: AbortSignal) => Promise<Found>): TypedSearch<Found> {
  const [query, setQuery] = useState(initialQuery);
  const [found, setFound] = useState(initial);
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
    // With the router's own state, so that it isn't told: it would drop the page that a click asked for meanwhile.
    history.replaceState(history.state, "", text === "" ? location.pathname : `${location.pathname}?q=${encodeURIComponent(text)}`);
    try {
      setFound(await ask(text, controller.signal));
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

  return { query, found, loading, error, search, refresh: () => load(query.trim()) };
}
