/**
 * Prints the SQL from the committed schema to the working one, as a start for a new file under prisma/migrations. Needs no database:
 * the engine compares two schemas. What Prisma's language can't say is added by hand. `npm run migration -- --empty` starts from nothing.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bindSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";

const SCHEMA = "prisma/schema.prisma";

async function loadEngine(): Promise<typeof engineModule> {
  const require = createRequire(import.meta.url);
  const bytes = readFileSync(require.resolve("@prisma/schema-engine-wasm").replace(/schema_engine\.js$/, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": engineModule as unknown as WebAssembly.ModuleImports });
  engineModule.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return engineModule;
}

const committed = process.argv.includes("--empty") ? null : execFileSync("git", ["show", `HEAD:${SCHEMA}`], { encoding: "utf8" });
const working = readFileSync(SCHEMA, "utf8");
const { SchemaEngine } = await loadEngine();
// A diff from schema to schema needs the dialect alone, and the engine insists on a connection: this one has nothing behind it.
const dialectOnly = {
  provider: "postgres" as const,
  adapterName: "dialect-only",
  queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
  executeRaw: async () => 0,
  executeScript: async () => {},
  startTransaction: () => Promise.reject(new Error("No transaction is needed to compare two schemas.")),
  getConnectionInfo: () => ({ schemaName: "public", supportsRelationJoins: true }),
  dispose: async () => {},
};
const adapter = bindSqlAdapterFactory({ provider: "postgres", adapterName: "dialect-only", connect: async () => dialectOnly });
const engine = await SchemaEngine.new({ datamodels: [[SCHEMA, working]] }, () => {}, adapter);
const { stdout } = await engine.diff({
  from: committed === null ? { tag: "empty" } : { tag: "schemaDatamodel", files: [{ path: SCHEMA, content: committed }] },
  to: { tag: "schemaDatamodel", files: [{ path: SCHEMA, content: working }] },
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});
process.stdout.write(stdout ?? "");
