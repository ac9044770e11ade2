import type { ErrorCode, ErrorFacts } from "@/lib/core/errors";

/**
 * A refusal of the portal, or no answer at all. `network`: the request may or may not have arrived; `unreadable`: an
 * answer that isn't the portal's, from a proxy on the way, say.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: ErrorCode | "network" | "unreadable",
    message: string,
    readonly facts: ErrorFacts = {},
    /** HTTP status; 0 when there was no answer. */
    readonly status: number = 0,
  ) {
    super(message);
  }

  /** Whether the portal may not have decided: the same request, sent again, can still succeed. */
  get undecided(): boolean {
    return this.code === "network" || this.code === "unavailable" || this.code === "internal" || (this.code === "unreadable" && this.status >= 500);
  }
}

export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("internal", "Something went wrong in this page. Reload it and try again.");
}

const NETWORK_MESSAGE = "The portal can't be reached. Check your connection and try again.";

export const networkError = (): ApiError => new ApiError("network", NETWORK_MESSAGE);

/**
 * Reads `{error: {code, message, facts}}`. A body of another shape becomes an `unreadable` error with words by status.
 * @param status HTTP status of the answer
 * @param retryAfter the Retry-After header, in seconds, if any
 */
export function parseErrorBody(status: number, body: unknown, retryAfter: string | null = null): ApiError {
  const error = record(record(body)?.error);
  if (typeof error?.code === "string" && typeof error.message === "string") {
    // The portal and this page come from one build: its codes are ours.
    return new ApiError(error.code as ErrorCode, error.message, parseFacts(error.facts, retryAfter), status);
  }
  const message =
    status >= 500
      ? "The portal is having trouble right now. Wait a moment and try again."
      : `The portal gave an answer this page doesn't understand (${status}). Reload the page and try again.`;
  return new ApiError("unreadable", message, parseFacts(null, retryAfter), status);
}

function parseFacts(value: unknown, retryAfter: string | null): ErrorFacts {
  const given = record(value);
  const facts: ErrorFacts = {};
  if (typeof given?.triesLeft === "number") facts.triesLeft = given.triesLeft;
  if (typeof given?.retryAfterSeconds === "number") facts.retryAfterSeconds = given.retryAfterSeconds;
  else if (retryAfter !== null && /^[0-9]{1,6}$/.test(retryAfter)) facts.retryAfterSeconds = Number(retryAfter);
  if (typeof given?.field === "string") facts.field = given.field;
  if (Array.isArray(given?.lines)) facts.lines = given.lines.flatMap(parseLine);
  return facts;
}

function parseLine(value: unknown): { line: number; reason: string }[] {
  const given = record(value);
  return typeof given?.line === "number" && typeof given.reason === "string" ? [{ line: given.line, reason: given.reason }] : [];
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}
