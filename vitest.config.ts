import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const POSTGRES = "e2e/stack/vitest-postgres.ts";
const TUNNEL = "**/*.tunnel.test.ts";
const INTEGRATION = "**/*.integration.test.ts";

const exclude = [...configDefaults.exclude, ".next/**", ".data/**"];

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    testTimeout: 120_000,
    hookTimeout: 300_000,
    retry: 0,
    allowOnly: false,
    projects: [
      {
        extends: true,
        // Pure: no file, process or database behind it, so the files can share a thread.
        test: {
          name: "unit",
          include: ["lib/{auth,core,protocol,ui,usecases,http,mail}/**/*.test.ts", "lib/*.test.ts", "app/**/*.test.ts"],
          exclude: [...exclude, INTEGRATION, TUNNEL],
          pool: "threads",
          isolate: false,
        },
      },
      {
        extends: true,
        // Processes, files and servers of their own.
        test: {
          name: "parts",
          include: ["agent/**/*.test.ts", "scripts/**/*.test.ts", "lib/db/**/*.test.ts", "e2e/stack/**/*.test.ts"],
          exclude: [...exclude, INTEGRATION, TUNNEL],
          globalSetup: [POSTGRES],
        },
      },
      {
        extends: true,
        // On a real PostgreSQL, a database for each file.
        test: { name: "integration", include: [INTEGRATION], exclude: [...exclude, TUNNEL], globalSetup: [POSTGRES], isolate: false },
      },
      {
        extends: true,
        // Real devices in network namespaces: one at a time.
        test: { name: "tunnel", include: [TUNNEL], exclude, globalSetup: [POSTGRES], fileParallelism: false, testTimeout: 300_000 },
      },
    ],
  },
});
