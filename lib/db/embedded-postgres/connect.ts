/** The SQL that is needed to set up a cluster and to tell whether a running server is ours. */
import { Client } from "pg";
import type { Binaries } from "@/lib/db/embedded-postgres/binaries";
import type { Postmaster } from "@/lib/db/embedded-postgres/postmaster";

export const SUPERUSER = "postgres";
/** The account the portal signs in with, and its database: no superuser, so SQL can't reach files or programs. */
export const OWNER = "portcullis";

/** A server that can be used as it is: our cluster, our password, the version and durability that a new one would have. */
export async function isUsable(found: Postmaster, cluster: string, binaries: Binaries, password: string, durable: boolean): Promise<boolean> {
  if (!found.ready) return false;
  return withClient(urlOf(SUPERUSER, password, found.port, "postgres"), async (client) => {
    const { rows } = await client.query<{ folder: string; version: number; fsync: string; database: boolean }>(
      `SELECT current_setting('data_directory') AS folder, current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS fsync,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS database`,
      [OWNER],
    );
    const server = rows[0];
    return server !== undefined && server.folder === cluster && String(server.version) === binaries.major && (server.fsync === "on") === durable && server.database;
  }).catch(() => false);
}

/** The portal's account and its database, if they are missing. */
export async function makeDatabase(port: number, secrets: { superuser: string; owner: string }): Promise<void> {
  await withClient(urlOf(SUPERUSER, secrets.superuser, port, "postgres"), async (client) => {
    const role = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [OWNER]);
    // The password is set each time: then a password file lost from the data folder doesn't lock the portal out.
    await client.query(`${role.rowCount === 0 ? "CREATE" : "ALTER"} ROLE ${OWNER} LOGIN CREATEDB PASSWORD ${client.escapeLiteral(secrets.owner)}`);
    const database = await client.query("SELECT FROM pg_database WHERE datname = $1", [OWNER]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${OWNER} OWNER ${OWNER}`);
  });
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

export function urlOf(user: string, password: string, port: number, database: string): string {
  return `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}
