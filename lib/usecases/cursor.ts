/** Cursors are opaque to callers: a position in an order, base64url. A broken one is refused, never guessed at. */
import { z } from "zod";
import { PortcullisError } from "@/lib/core/errors";
import type { Position } from "@/lib/db/clients";

const position = z.object({ at: z.iso.datetime(), id: z.uuid() });

const broken = (): PortcullisError => new PortcullisError("bad_request", "That page link is broken. Go back to the first page.", { field: "cursor" });

export const writePosition = (at: Position): string => Buffer.from(JSON.stringify({ at: at.createdAt.toISOString(), id: at.id })).toString("base64url");

/** @throws bad_request */
export function readPosition(cursor: string | null | undefined): Position | null {
  if (!cursor) return null;
  try {
    const parsed = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { createdAt: new Date(parsed.at), id: parsed.id };
  } catch {
    throw broken();
  }
}

/** @throws bad_request */
export function readSeq(cursor: string | null | undefined): number | null {
  if (!cursor) return null;
  if (!/^[1-9]\d{0,14}$/.test(cursor)) throw broken();
  return Number(cursor);
}
