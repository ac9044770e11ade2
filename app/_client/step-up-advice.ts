import { PROOF_LIFETIME_WORDS } from "@/lib/core/proof-limits";
import type { Problem } from "./step-up-flow";
import type { Way } from "./step-up";

export interface ProofAdvice {
  title: string;
  /** What to do next. */
  next: string;
  /** Whether starting again with a new challenge helps. */
  again: boolean;
}

/** What a refused proof means, and what to do next; null for what has nothing to do with proofs. */
export function proofAdvice({ code, message, retryAfterSeconds }: Problem, way: Way, maybeDone = false): ProofAdvice | null {
  const mail = way === "mail";
  switch (code) {
    case "step_up_expired":
      return mail
        ? { title: "That code has run out", next: `Codes are good for ${PROOF_LIFETIME_WORDS}. Have a new one mailed and type that instead.`, again: true }
        : { title: "This took too long", next: `An approval is good for ${PROOF_LIFETIME_WORDS}. Start again.`, again: true };
    case "step_up_wrong_code":
      return mail
        ? { title: "That was the last try", next: "The code was wrong too often and is of no more use. Have a new one mailed.", again: true }
        : { title: "That was the last try", next: "It was wrong too often. Start again, and nothing is lost.", again: true };
    case "step_up_spent":
      if (maybeDone) return { title: "It was probably done already", next: "The first attempt seems to have arrived. Close this and look before you do it again.", again: false };
      return mail
        ? { title: "That code can't be used any more", next: "It was used before, or tried too often. Have a new one mailed and type that instead.", again: true }
        : { title: "This can't be used any more", next: "It was used before, or tried too often. Start again.", again: true };
    case "step_up_mismatch":
      return mail
        ? { title: "That code was for something else", next: "A code approves one thing only, from the browser that asked for it. Have a new one mailed for this.", again: true }
        : { title: "That was for something else", next: "An approval is for one thing only, from the browser that asked for it. Start again.", again: true };
    case "step_up_too_many":
    case "step_up_too_soon":
      return { title: "Too many codes for now", next: `${message}${waitText(retryAfterSeconds)}`, again: false };
    case "step_up_factor_refused":
      return { title: "It can't be approved that way", next: message, again: true };
    default:
      return null;
  }
}

/** " Try again in 20 seconds.", or nothing. */
export function waitText(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds < 90 ? ` Try again in ${seconds} seconds.` : ` Try again in ${Math.ceil(seconds / 60)} minutes.`;
}
