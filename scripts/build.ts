/** `npm run build`: generates the database client and makes the production build, unless an equal one is there (--force: in any case). */
import { buildPortal } from "@/scripts/build/portal";
import { enterProject, fail } from "@/scripts/process";

const root = enterProject();
try {
  const built = await buildPortal({ root, output: "inherit", force: process.argv.includes("--force") });
  if (!built) console.log("The production build is up to date (npm run build -- --force builds it again).");
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
