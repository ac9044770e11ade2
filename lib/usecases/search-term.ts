import { isIP } from "node:net";
import type { SearchTerm } from "@/lib/db/clients";
import { fromBase64 } from "@/lib/db/values";

/** What a search term means: a tunnel address, (the start of) a public key, or part of a nickname or e-mail address. */
export function readTerm(query: string): SearchTerm | null {
  // PostgreSQL's text holds no NUL, and no nickname or address a control character.
  const text = query.replace(/\p{Cc}/gu, " ").trim().slice(0, 100);
  if (text === "") return null;
  const address = text.replace(/\/(32|128)$/, "");
  if (isIP(address)) return { kind: "address", address };
  // Whole groups of four characters of base64 are whole bytes; the rest of a cut-off key says nothing.
  const keyPrefix = /^[A-Za-z0-9+/]{8,43}=?$/.test(text) ? fromBase64(text.length === 44 ? text : text.slice(0, text.length - (text.length % 4))) : null;
  return { kind: "text", text, keyPrefix };
}
