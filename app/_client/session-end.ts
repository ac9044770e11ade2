/** Tells the page that the portal no longer knows who is asking: signed out elsewhere, revoked, or run out. */
const listeners = new Set<() => void>();

export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function noteSessionEnd(): void {
  for (const each of listeners) each();
}
