/** The running portal's database: tests make data there with the portal's own functions, and look at what it holds. */
import { Pool } from "pg";
import { openDatabase } from "@/lib/db/client";
import type { StorePorts } from "@/lib/ports";
import { systemPorts } from "@/lib/runtime";

export interface Store extends StorePorts {
  /** Rows of a query, as they are. */
  sql: <T extends object>(text: string, values?: unknown[]) => Promise<T[]>;
  close: () => Promise<void>;
}

export function openStore(databaseUrl: string): Store {
  const db = openDatabase(databaseUrl, 3);
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  return {
    ...systemPorts(),
    db,
    sql: async <T extends object>(text: string, values: unknown[] = []) => (await pool.query<T>(text, values)).rows,
    close: async () => {
      await pool.end();
      await db.close();
    },
  };
}
