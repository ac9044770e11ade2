// generate, validate and format would otherwise fetch a schema engine they do not use; an operator's network may be closed.
const offlineCommands = ["generate", "validate", "format"];
if (process.argv.some((argument) => offlineCommands.includes(argument))) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}
process.env.CHECKPOINT_DISABLE ??= "1";

const { defineConfig } = await import("prisma/config");

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://localhost/portcullis" },
});
