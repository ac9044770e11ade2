/** A phone with an authenticator app: shows the codes of its secret, each for one try, as the portal takes each once. */
import { setTimeout as until } from "node:timers/promises";
import { Secret, TOTP } from "otpauth";
import type { NewTotpView } from "@/lib/usecases/views";

export interface Phone {
  /** A code that is right now and was not given out before. Waits only when those of three time steps in a row are used up. */
  code: () => Promise<string>;
  /** The code given out last, which the portal has taken already. */
  usedCode: () => string;
  /** Six or eight digits that are not right now, or at any time near. */
  wrongCode: () => string;
}

/** The portal takes the code of one step before and one after the present one. */
const WINDOW = 1;

export function makePhone({ secret, digits, periodSeconds }: Pick<NewTotpView, "secret" | "digits" | "periodSeconds">): Phone {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits, period: periodSeconds, algorithm: "SHA1" });
  const periodMs = periodSeconds * 1000;
  const codeOf = (step: number): string => totp.generate({ timestamp: step * periodMs });
  let last = Number.NEGATIVE_INFINITY;
  return {
    async code() {
      const present = Math.floor(Date.now() / periodMs);
      // The step before is about to leave the window near the end of this one: a slow machine would be too late with it.
      const first = Date.now() % periodMs < periodMs / 2 ? present - WINDOW : present;
      last = Math.max(last + 1, first);
      const early = (last - WINDOW) * periodMs - Date.now();
      if (early > 0) await until(early);
      return codeOf(last);
    },
    usedCode: () => codeOf(last),
    wrongCode() {
      const present = Math.floor(Date.now() / periodMs);
      const right = new Set(Array.from({ length: 41 }, (_, index) => codeOf(present - 20 + index)));
      for (let guess = 0; ; guess++) {
        const code = String(guess).padStart(digits, "0");
        if (!right.has(code)) return code;
      }
    },
  };
}
