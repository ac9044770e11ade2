import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseSettings } from "@/agent/settings";
import { WAIT_SECONDS } from "@/agent/poller";
import { MAX_CHANGES_PER_DELTA, MAX_PEERS_PER_REPORT, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, MAX_WAIT_SECONDS, OFFLINE_AFTER_SECONDS } from "@/lib/protocol/limits";
import { PROTOCOL_HISTORY, SPOKEN_VERSIONS, versionsText } from "@/lib/protocol/version";

const file = new URL("../docs/gateway-protocol.md", import.meta.url);
const document = readFileSync(file, "utf8");
const golden = new URL("../lib/protocol/golden/", import.meta.url);

describe("docs/gateway-protocol.md", () => {
  test("tells the history that the code has", () => {
    for (const { version, date, what } of PROTOCOL_HISTORY) expect(document).toContain(`| ${version} | ${date} | ${what} |`);
    expect(document).toContain(`\`Portcullis-Protocol: ${versionsText(SPOKEN_VERSIONS)}\``);
  });

  test("links every golden message, and nothing that isn't there", () => {
    const links = [...document.matchAll(/\]\((?!#)([^)]+)\)/g)].map(([, link]) => link!);
    for (const link of links) expect(existsSync(new URL(link, file)), link).toBe(true);
    for (const name of readdirSync(golden).filter((entry) => entry.endsWith(".json"))) expect(links).toContain(`../lib/protocol/golden/${name}`);
  });

  test("states the bounds that the code has", () => {
    expect(document).toContain(`&wait=<0…${MAX_WAIT_SECONDS}>`);
    expect(document).toContain(`${MAX_REQUEST_BYTES / 1024 ** 2} MiB is \`413\``);
    expect(document).toContain(`after ${MAX_RESPONSE_BYTES / 1024 ** 2} MiB`);
    expect(document).toContain(`${MAX_CHANGES_PER_DELTA.toLocaleString("en")} changes`);
    expect(document).toContain(`at most ${MAX_PEERS_PER_REPORT.toLocaleString("en")}`);
    expect(document).toContain(`not heard of for ${OFFLINE_AFTER_SECONDS} s counts as offline, so an agent SHOULD ask for ${WAIT_SECONDS} at most`);
    expect(WAIT_SECONDS, "an idle agent is heard of in time").toBeLessThan(OFFLINE_AFTER_SECONDS);
  });

  test("names every setting with its default", () => {
    const source = readFileSync(new URL("settings.ts", import.meta.url), "utf8");
    for (const [name] of source.matchAll(/PORTCULLIS_[A-Z_]+/g)) expect(document).toContain(`\`${name}\``);
    const defaults = parseSettings({ PORTCULLIS_PORTAL_URL: "https://portal.example.com" }, []);
    expect(document).toContain(`default \`${defaults.stateFolder}\``);
    expect(document).toContain(`default ${defaults.reportIntervalMs / 1_000} |`);
  });

  test("names every code of a failure and every event of the log that the agent has", () => {
    const sources = readdirSync(new URL(".", import.meta.url), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.startsWith("testing"))
      .map((name) => readFileSync(new URL(name, import.meta.url), "utf8"))
      .join("\n");
    const codes = [...sources.matchAll(/code: "([a-z_]+)"/g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(5);
    for (const code of codes) expect(document).toContain(`\`${code}\``);
    const events = [...sources.matchAll(/\blog\("([a-z_]+)"/g)].map(([, event]) => event!);
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) expect(document, event).toContain(`\`${event}\``);
  });
});
