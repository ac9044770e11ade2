import { PortcullisError } from "./errors";
import { parseNickname } from "./nickname";

declare const branded: unique symbol;
/** What its owner calls an authenticator app or a passkey: one line of 1–40 visible characters. */
export type FactorName = string & { readonly [branded]: "FactorName" };

/** The same characters are fine here as in a client's nickname. @throws factor_name_invalid */
export function parseFactorName(text: string): FactorName {
  try {
    return parseNickname(text) as string as FactorName;
  } catch {
    throw new PortcullisError("factor_name_invalid", "Give it a name of 1 to 40 visible characters on one line, like “Phone”.", { field: "name" });
  }
}
