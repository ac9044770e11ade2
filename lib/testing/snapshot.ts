/** The whole database as text, to say that something changed nothing, or exactly this. */
import type { Kit } from "./kit";

export type Snapshot = Map<string, string[]>;

/** Every row of every table, each as PostgreSQL prints it (json and bytea included), in a stable order. */
export async function snapshotOf(kit: Kit): Promise<Snapshot> {
  const tables = await kit.sql<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const snapshot: Snapshot = new Map();
  for (const { name } of tables) {
    const rows = await kit.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    snapshot.set(name, rows.map(({ row }) => row));
  }
  return snapshot;
}

/** Names of the tables that differ. */
export function changedTables(before: Snapshot, after: Snapshot): string[] {
  return [...after.keys()].filter((name) => before.get(name)?.join("\n") !== after.get(name)?.join("\n"));
}

/** Tables in which the text stands, as such or as the hexadecimal digits of its bytes; not as a part of a longer run of digits. */
export function tablesHolding(snapshot: Snapshot, text: string): string[] {
  const alone = (form: string) => new RegExp(`(?<![0-9a-fA-F])${form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![0-9a-fA-F])`);
  const plain = alone(text);
  const hex = Buffer.from(text).toString("hex");
  return [...snapshot].filter(([, rows]) => rows.some((row) => plain.test(row) || row.includes(hex))).map(([name]) => name);
}
