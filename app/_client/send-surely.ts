import { toApiError } from "./api-error";

const PAUSES_MS = [600, 1_800] as const;

/**
 * Sends a request that hands in a key, and the very same one again when no answer came: the portal may have taken it and the
 * answer been lost. A refusal is final and thrown at once; so is the third silence.
 */
export async function sendSurely<T>(
  send: () => Promise<T>,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<T> {
  for (const ms of PAUSES_MS) {
    try {
      return await send();
    } catch (error) {
      if (!toApiError(error).undecided) throw error;
    }
    await pause(ms);
  }
  return send();
}
