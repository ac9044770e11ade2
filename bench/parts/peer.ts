/** What wg-easy 15.4 took on a machine of the same kind (2 cores, userspace WireGuard), measured in full; medians in milliseconds. */
export const PEER_NAME = "wg-easy 15.4";

const CREATE: Record<number, number> = { 10: 135, 100: 176, 500: 338, 1_000: 703 };
const DISABLE_TO_GONE: Record<number, number> = { 10: 52, 100: 96, 500: 375, 1_000: 555 };

/** The peer's figure for the same thing at the same number; undefined where it was not measured. */
export function peerMedianMs(name: string, n: number): number | undefined {
  if (name.startsWith("issue.n")) return CREATE[n];
  if (name.startsWith("revoke.gone.n")) return DISABLE_TO_GONE[n];
  return undefined;
}
