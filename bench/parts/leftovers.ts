/** What a run of the bench is known by, and so what the next one takes away of one that was killed. */
import { removeAbandonedNamespaces, removeAbandonedServers } from "@/e2e/stack/leftovers";

export const FOLDER_PREFIX = "portcullis-bench-";
const NAMESPACE_PREFIX = "pcb";

/** For a network namespace of this run; at most 15 characters. @param name up to 4 characters */
export const namespaceName = (name: string): string => `${NAMESPACE_PREFIX}${process.pid}-${name}`;

export async function removeLeftovers(): Promise<void> {
  await removeAbandonedServers(FOLDER_PREFIX);
  await removeAbandonedNamespaces(NAMESPACE_PREFIX);
}
