/** Where to go after signing in: a path on this portal, whatever the address bar said (T5). */

/** Stands in for the portal's own origin, which the check doesn't need to know. */
const ORIGIN = "http://portal.invalid";
const MAX_LENGTH = 2048;
const FALLBACK = "/";

/**
 * The path, query and fragment in normal form; "/" for everything that is or could be read as another origin: absolute
 * and scheme-relative URLs, backslashes, control characters, and slashes or dots hidden by encoding (however often).
 * @param portalOrigin when given, an absolute URL of this very origin counts as its path
 */
export function safeReturnPath(given: string | null | undefined, portalOrigin?: string): string {
  const text = portalOrigin !== undefined && given?.startsWith(`${portalOrigin}/`) ? given.slice(portalOrigin.length) : given;
  if (!text || text.length > MAX_LENGTH || !text.startsWith("/")) return FALLBACK;
  if (/[\\\s\p{C}]/u.test(text)) return FALLBACK;
  let url: URL;
  try {
    url = new URL(text, ORIGIN);
  } catch {
    return FALLBACK;
  }
  if (url.origin !== ORIGIN || url.pathname.includes("//") || hidesSyntax(url.pathname)) return FALLBACK;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Encoded slashes, backslashes and control characters: a proxy that decodes once more would see another path. */
function hidesSyntax(pathname: string): boolean {
  const once = pathname.replace(/%(?:25)+/gi, "%");
  return /%(?:2f|5c|[01][0-9a-f]|7f)/i.test(once);
}
