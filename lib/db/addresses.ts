/** Handing out an instance's addresses: a high-water mark for fresh ones and an index of rested ones, so the cost doesn't grow with N. */
import { chooseHostIndex } from "@/lib/core/allocation";
import type { Tx } from "./client";

export type Allocation = { hostIndex: number } | { full: true; inUse: number; capacity: number; resting: number; nextFreeAt: Date | null };

/**
 * Takes the next free host index and counts one live client more. Holds the instance's row lock until the transaction ends, so
 * parallel calls get different addresses, and the plan's limit is checked against a count that can't move.
 */
export async function allocateAddress(tx: Tx, instanceId: string, capacity: number, now: Date): Promise<Allocation & { liveClients: number }> {
  const [row] = await tx.$queryRaw<{ next_host_index: number; live_clients: number }[]>`
    SELECT next_host_index, live_clients FROM instances WHERE id = ${instanceId}::uuid FOR UPDATE`;
  if (!row) throw new Error("The instance to allocate from is gone.");
  const state = { nextFresh: row.next_host_index, capacity, now };
  let choice = chooseHostIndex({ ...state, oldestReleased: null });
  if (choice.kind === "full") {
    // A statement of its own, after the lock: one that waited for the lock would see the rows as they were before.
    const oldest = await tx.releasedAddress.findFirst({ where: { instanceId }, orderBy: { releasedAt: "asc" } });
    choice = chooseHostIndex({ ...state, oldestReleased: oldest });
  }
  const { live_clients: liveClients } = row;
  switch (choice.kind) {
    case "full":
      return { full: true, inUse: liveClients, capacity, resting: capacity - liveClients, nextFreeAt: choice.availableAt, liveClients };
    case "reused":
      await tx.$executeRaw`
        WITH taken AS (DELETE FROM released_addresses WHERE instance_id = ${instanceId}::uuid AND host_index = ${choice.hostIndex})
        UPDATE instances SET live_clients = live_clients + 1 WHERE id = ${instanceId}::uuid`;
      return { hostIndex: choice.hostIndex, liveClients };
    case "fresh":
      await tx.$executeRaw`
        UPDATE instances SET live_clients = live_clients + 1, next_host_index = ${choice.hostIndex} + 1 WHERE id = ${instanceId}::uuid`;
      return { hostIndex: choice.hostIndex, liveClients };
  }
}

/** Gives a revoked client's address back; it rests for a day (`REST_MS` in lib/core/allocation) from now. */
export async function releaseAddress(tx: Tx, instanceId: string, hostIndex: number, now: Date): Promise<void> {
  await tx.$executeRaw`
    WITH released AS (INSERT INTO released_addresses (instance_id, host_index, released_at) VALUES (${instanceId}::uuid, ${hostIndex}, ${now}))
    UPDATE instances SET live_clients = live_clients - 1 WHERE id = ${instanceId}::uuid`;
}
