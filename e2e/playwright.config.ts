/** Browser tests: the production build in Chromium, with a real OpenID provider, SMTP server, database and gateway. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

/** The system's Chromium: a browser of Playwright's own would have to be downloaded. */
function chromium(): string {
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  const found = folders.flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name))).find((path) => existsSync(path));
  if (!found) throw new Error("There is no Chromium on this machine. On Debian: apt-get install chromium");
  return found;
}

/** Names a file for the results as JSON; npm test adds them up from there. */
const resultsFile = process.env.PORTCULLIS_RESULTS_FILE;

export default defineConfig({
  outputDir: ".results",
  globalSetup: "./stack/playwright-setup.ts",
  forbidOnly: true,
  retries: 0,
  workers: 1,
  // Generous: a busy machine is slow, and a hang is found all the same.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: resultsFile ? [["list"], ["json", { outputFile: resultsFile }]] : [["list"]],
  use: {
    // What never comes is named by the step that waits for it, and not by the end of the whole test.
    actionTimeout: 60_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium(),
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
  projects: [
    { name: "portal", testDir: "portal", testMatch: "**/*.spec.ts" },
    { name: "tunnel", testDir: "tunnel", testMatch: "**/*.spec.ts" },
  ],
});
