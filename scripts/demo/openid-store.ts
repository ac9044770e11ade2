/** What oidc-provider keeps between requests, in memory: the demo's provider forgets when it stops. */
import type { Adapter, AdapterPayload } from "oidc-provider";

interface Entry {
  payload: AdapterPayload;
  until: number;
}

/** One store for all of the provider's models; pass `adapterFor` as its adapter factory. */
export function createOpenIdStore(now: () => number): { adapterFor: (model: string) => Adapter } {
  const entries = new Map<string, Entry>();
  const find = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (entry.until > now()) return entry.payload;
    entries.delete(key);
    return undefined;
  };
  const search = (prefix: string, matches: (payload: AdapterPayload) => boolean) =>
    [...entries.keys()].filter((key) => key.startsWith(prefix)).map(find).find((payload) => payload !== undefined && matches(payload));

  const adapterFor = (model: string): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      entries.set(`${model}:${id}`, { payload, until: expiresIn === undefined ? Number.POSITIVE_INFINITY : now() + expiresIn * 1000 });
    },
    find: async (id) => find(`${model}:${id}`),
    findByUid: async (uid) => search(`${model}:`, (payload) => payload.uid === uid),
    findByUserCode: async (userCode) => search(`${model}:`, (payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = find(`${model}:${id}`);
      if (payload) payload.consumed = Math.floor(now() / 1000);
    },
    destroy: async (id) => {
      entries.delete(`${model}:${id}`);
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, entry] of entries) if (entry.payload.grantId === grantId) entries.delete(key);
    },
  });
  return { adapterFor };
}
