import type { Tx } from "@/lib/db/client";
import { readFactors, type FactorRows } from "@/lib/db/factors";

/** The factors of a person that count now. A code can always be mailed besides. */
export type Factors = FactorRows;

export const factorsOf = (tx: Tx, userId: string): Promise<Factors> => readFactors(tx, userId);

/** Whether the person has a second factor of the portal's own. */
export const hasSecondFactor = (factors: Factors): boolean => factors.passkeys.length + factors.totp.length > 0;
