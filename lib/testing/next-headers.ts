/** Stands in for next/headers in a test: `vi.mock("next/headers", () => import("@/lib/testing/next-headers"))`. */
import { REMOTE_ADDRESS_HEADER } from "@/lib/auth/source";

/** The cookies of the browser whose request it is. */
export const currentJar = new Map<string, string>();

const HEADERS = new Headers({ "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", [REMOTE_ADDRESS_HEADER]: "192.0.2.10" });

export const headers = async () => HEADERS;

export const cookies = async () => ({
  get: (name: string) => (currentJar.has(name) ? { value: currentJar.get(name) } : undefined),
  getAll: () => [...currentJar].map(([name, value]) => ({ name, value })),
  set: (name: string, value: string, options: { maxAge: number }) => void (options.maxAge === 0 ? currentJar.delete(name) : currentJar.set(name, value)),
});
