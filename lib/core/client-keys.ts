/** What a gateway's device holds of a client: its key, and while that is being replaced, the next one beside it. */

/** The old key works no longer than this after a new one was handed in. */
export const KEY_HANDOVER_MS = 24 * 3_600_000;

export const handoverEnd = (since: Date): Date => new Date(since.getTime() + KEY_HANDOVER_MS);

/** The earlier of two ends; null is never. */
export const earlier = (one: Date | null, other: Date | null): Date | null => (one === null || (other !== null && other < one) ? other : one);

interface Keys {
  publicKey: string;
  hasPresharedKey: boolean;
  addressV4: string;
  addressV6: string;
  next: { publicKey: string; hasPresharedKey: boolean } | null;
}

/**
 * The peers of a client that is on the device. WireGuard gives an address to one peer at a time: a key that waits may shake hands, so
 * that it is seen, and has no address until it takes over.
 */
export function peersOfClient({ publicKey, hasPresharedKey, addressV4, addressV6, next }: Keys): { publicKey: string; hasPresharedKey: boolean; allowedIps: string[] }[] {
  return [{ publicKey, hasPresharedKey, allowedIps: [`${addressV4}/32`, `${addressV6}/128`] }, ...(next === null ? [] : [{ ...next, allowedIps: [] }])];
}
