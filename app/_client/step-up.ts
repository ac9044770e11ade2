import type { StepUpFactor } from "@/lib/core/policy";

/** Digits of a mailed code that approves an act. */
export const CODE_LENGTH = 6;
/** Digits of a mailed code that proves an address. */
export const ADDRESS_CODE_LENGTH = 8;

/** "4 tries left", "1 try left". */
export const triesLeftText = (tries: number): string => `${tries} ${tries === 1 ? "try" : "tries"} left`;

/** What is handed in with an act that takes a proof. */
export type Proof =
  | { challengeId: string; factor: "passkey"; response: unknown }
  | { challengeId: string; factor: "provider" }
  | { challengeId: string; factor: "mail" | "totp" | "recovery"; code: string };

/** How this page can prove who somebody is; what it doesn't know, it doesn't offer. */
export const WAYS = ["passkey", "totp", "mail", "provider", "recovery"] as const satisfies readonly StepUpFactor[];
export type Way = (typeof WAYS)[number];

export const isWay = (factor: string): factor is Way => WAYS.some((way) => way === factor);

/** The ways that are a code which is typed. */
export type CodeWay = Exclude<Way, "passkey" | "provider">;

/** A code as it is sent, once it can be one: so many digits by mail, 6 or 8 from an app, 12 characters for recovery. null: not yet. */
export function finishedCode(way: CodeWay, typed: string, mailDigits = CODE_LENGTH): string | null {
  const characters = typed.normalize("NFKC").replace(/[\s-]/gu, "");
  if (way === "mail") return /^[0-9]+$/.test(characters) && characters.length === mailDigits ? characters : null;
  const shape = { totp: /^(?:[0-9]{6}|[0-9]{8})$/, recovery: /^[0-9A-Za-z]{12}$/ }[way];
  return shape.test(characters) ? characters : null;
}
