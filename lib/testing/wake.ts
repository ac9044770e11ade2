import type { Tx } from "@/lib/db/client";
import { notification, type Topic } from "@/lib/db/wakeups";

/** Wakes a topic's listeners with no change behind it. In the portal a wake-up is part of the statement that makes the change. */
export async function wake(tx: Tx, topic: Topic, detail = ""): Promise<void> {
  await tx.$executeRaw`SELECT ${notification(topic, detail)}`;
}
