/**
 * Signing in at the provider once more, for one act: in a window of its own, so that the page keeps what is being approved. The window
 * tells this one when it is back; what it tells is a hint, and the portal decides.
 */
import { PROOF_LIFETIME_SECONDS } from "@/lib/core/proof-limits";

const BACK = "portcullis-step-up-back";
const CHALLENGE = "portcullis-step-up-challenge";
const LONGEST_MS = PROOF_LIFETIME_SECONDS * 1000;

interface Back {
  challengeId: string;
  /** The portal's code of what was wrong; null: the provider answered. */
  error: string | null;
}

/** Words for a person whose provider did not confirm them. */
export class NotSignedInAgain extends Error {
  override readonly name = "NotSignedInAgain";
}

const WORDS: Record<string, string> = {
  blocked: "Your browser didn't open the window. Allow windows from this page, and try again.",
  closed: "The window didn’t come back. Try again, or use another way.",
  step_up_mismatch: "That was another account than the one you sign in here with.",
  step_up_expired: "Your provider didn't ask you to sign in again. Sign out there, and try again; or use another way.",
};

export const whyNotSignedInAgain = (code: string): string => WORDS[code] ?? "Your provider could not be asked. Try again, or use another way.";

/** Opens the window and waits for it. @throws NotSignedInAgain */
export function signInAgain(challengeId: string): Promise<void> {
  const opened = window.open(`/step-up/sign-in#${challengeId}`, "_blank", "popup,width=480,height=720");
  const listening = new AbortController();
  return new Promise<void>((resolve, reject) => {
    const fail = (code: string) => reject(new NotSignedInAgain(whyNotSignedInAgain(code)));
    if (!opened) return fail("blocked");
    // While it is at the provider it can't be seen whether it is still open: one that was closed is given up in the end.
    const timer = setTimeout(() => fail("closed"), LONGEST_MS);
    const hear = ({ key, newValue }: StorageEvent) => {
      const back = key === BACK ? readBack(newValue) : null;
      if (back?.challengeId !== challengeId) return;
      clearTimeout(timer);
      if (back.error === null) resolve();
      else fail(back.error);
    };
    window.addEventListener("storage", hear, { signal: listening.signal });
  }).finally(() => listening.abort());
}

function readBack(text: string | null): Back | null {
  if (text === null) return null;
  const { challengeId, error } = JSON.parse(text) as Partial<Back>;
  return typeof challengeId === "string" ? { challengeId, error: typeof error === "string" ? error : null } : null;
}

/** In the window, before it leaves for the provider. */
export const rememberChallenge = (challengeId: string): void => sessionStorage.setItem(CHALLENGE, challengeId);

/** In the window, when it is back. @returns whether there was somebody to tell */
export function tellOpener(error: string | null): boolean {
  const challengeId = sessionStorage.getItem(CHALLENGE);
  if (challengeId === null) return false;
  sessionStorage.removeItem(CHALLENGE);
  localStorage.setItem(BACK, JSON.stringify({ challengeId, error } satisfies Back));
  // The other window has been told; nothing needs to stay.
  localStorage.removeItem(BACK);
  return true;
}
