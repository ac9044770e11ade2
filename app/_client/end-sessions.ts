/** The page from mails that ends all sessions, as one state. Pure; the token is passed through and never shown. */
import { isToken } from "@/lib/core/ids";
import type { ApiError } from "./api-error";

export type EndSessionsState =
  /** The address bar is not read yet. */
  | { phase: "opening" }
  /** The link is not whole, or the page was reloaded: the token is in no address bar any more. */
  | { phase: "incomplete" }
  | { phase: "ready"; token: string; problem: string | null }
  | { phase: "ending"; token: string }
  | { phase: "done" }
  | { phase: "expired" };

export type EndSessionsEvent = { type: "opened"; token: string | null } | { type: "asked" } | { type: "ended" } | { type: "refused"; error: ApiError };

/** @param fragment of the address, with its "#" @returns null when it holds no token */
export function tokenIn(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token") ?? "";
  return isToken(token) ? token : null;
}

export function endSessions(state: EndSessionsState, event: EndSessionsEvent): EndSessionsState {
  switch (event.type) {
    case "opened":
      if (event.token !== null && state.phase !== "ending") return { phase: "ready", token: event.token, problem: null };
      return state.phase === "opening" ? { phase: "incomplete" } : state;
    case "asked":
      return state.phase === "ready" ? { phase: "ending", token: state.token } : state;
    case "ended":
      return { phase: "done" };
    case "refused":
      if (state.phase !== "ending") return state;
      return event.error.code === "link_invalid" ? { phase: "expired" } : { phase: "ready", token: state.token, problem: event.error.message };
  }
}
