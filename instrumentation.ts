/** Next runs this once when the server starts, and not during the build. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startUp } = await import("@/lib/startup");
  // Not awaited: the server answers meanwhile, and /api/health says what it waits for.
  void startUp();
}

/** Faults while a page renders: logged under the digest that the error page shows as its reference. */
export async function onRequestError(error: unknown, request: { path: string; method: string }): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { log } = await import("@/lib/log");
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
  const [path = ""] = request.path.split("?");
  log("error", "page failed", error instanceof Error ? `${error.name}: ${error.message}` : String(error), { route: `${request.method} ${path}`, reference: digest });
}
