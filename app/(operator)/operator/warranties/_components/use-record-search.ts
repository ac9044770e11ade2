"use client";

import { useEffect, useRef, useState } from "react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { warrantyApi } from "@/app/_client/warranty-api";
import type { WarrantyRecordsView } from "@/lib/usecases/views";

const TYPING_PAUSE_MS = 250;

export interface RecordSearch {
  query: string;
  found: WarrantyRecordsView;
  loading: boolean;
  error: ApiError | null;
  search: (query: string) => void;
  refresh: () => Promise<void>;
}

/** An operator's search for devices; without a word, those of the latest import. */
export function useRecordSearch(initialQuery: string, initial: WarrantyRecordsView): RecordSearch {
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
    try {
      setFound(await warrantyApi.records(text, controller.signal));
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
