/** The boundaries of docs/architecture.md, held on what the bundler really resolves: through aliases and re-exports too. */
import { beforeAll, describe, expect, test } from "vitest";
import { type ImportGraph, readImportGraph, reachableFrom } from "@/lib/core/testing/import-graph";

const SEE = "See docs/architecture.md, Boundaries.";
const FRAMEWORKS = /^(?:next|next-auth|react|react-dom|prisma|@prisma|pg|nodemailer)(?:\/|$)/;
const BUILT_IN = /^node:/;

interface Realm {
  name: string;
  files: RegExp;
  mayReach: RegExp;
  refusesPackage: (name: string) => boolean;
  why: string;
}

const REALMS: readonly Realm[] = [
  {
    name: "lib/core",
    files: /^lib\/core\//,
    mayReach: /^lib\/core\//,
    refusesPackage: (name) => FRAMEWORKS.test(name) || (BUILT_IN.test(name) && name !== "node:crypto"),
    why: "lib/core is pure: no framework, no database, no I/O. Pass clock, randomness and data in.",
  },
  {
    name: "lib/protocol",
    files: /^lib\/protocol\//,
    mayReach: /^lib\/(?:core|protocol)\//,
    refusesPackage: (name) => FRAMEWORKS.test(name) || (BUILT_IN.test(name) && name !== "node:crypto"),
    why: "lib/protocol is the contract that portal and agent share: no framework, no database, no I/O.",
  },
  {
    name: "agent",
    files: /^agent\//,
    mayReach: /^(?:agent|lib\/core|lib\/protocol)\//,
    refusesPackage: (name) => FRAMEWORKS.test(name),
    why: "The agent runs alone on a gateway: node, zod, tweetnacl, lib/core and lib/protocol, and nothing of the portal's.",
  },
  {
    name: "lib/payments",
    files: /^lib\/payments\//,
    mayReach: /^lib\/(?:core|payments)\//,
    refusesPackage: (name) => FRAMEWORKS.test(name),
    why: "lib/payments asks the card company, and knows neither the database nor who asks.",
  },
  {
    name: "lib/db and lib/auth",
    files: /^lib\/(?:db|auth)\//,
    mayReach: /^(?!app\/|lib\/(?:usecases|http|ui)\/)/,
    refusesPackage: () => false,
    why: "lib/db and lib/auth serve use cases, and know none; nor who calls those.",
  },
  {
    name: "lib/usecases",
    files: /^lib\/usecases\//,
    mayReach: /^(?!app\/|lib\/(?:http|ui)\/)/,
    refusesPackage: () => false,
    why: "A use case knows nothing of requests and pages: they know it.",
  },
];

/** What a page imports to make keys and files in the browser. */
const FOR_BROWSERS = ["keys", "sealed-key", "client-config", "file-name", "nickname"].map((name) => `lib/core/${name}.ts`);

const isTest = (file: string): boolean => /\.test\.tsx?$|\/testing\//.test(file);
const isProduct = (file: string): boolean => !isTest(file);

function realmViolations(graph: ImportGraph): string[] {
  return REALMS.flatMap((realm) =>
    [...graph.keys()]
      .filter((file) => realm.files.test(file) && isProduct(file))
      .flatMap((file) =>
        reachableFrom(graph, file)
          .filter(({ target, isPackage }) => (isPackage ? realm.refusesPackage(target) : !realm.mayReach.test(target)))
          .map(({ target, chain }) => `${chain.join(" → ")} imports ${target}. ${realm.why} ${SEE}`),
      ),
  );
}

/** They author and check the schema, and never run in the product. */
const SCHEMA_TOOLS = ["prisma.config.ts", "scripts/migration.ts"];

function prismaViolations(graph: ImportGraph): string[] {
  return [...graph]
    .filter(([file]) => !/^(?:lib\/db|prisma)\//.test(file) && !SCHEMA_TOOLS.includes(file))
    .flatMap(([file, { files, packages }]) =>
      // Our own files under prisma/ are no package of that name.
      [...[...files].filter((target) => target.startsWith("lib/db/generated/")), ...[...packages].filter((target) => /^(?:@prisma|prisma)(?:\/|$)/.test(target))]
        .map((target) => `${file} imports ${target}. Only lib/db talks to Prisma: add a query function there. ${SEE}`),
    );
}

/** What it says, and how, is behind `CardPayments`: another company would be another file. */
const cardCompanyViolations = (graph: ImportGraph): string[] =>
  [...graph]
    .filter(([file, { packages }]) => isProduct(file) && !file.startsWith("lib/payments/") && packages.includes("stripe"))
    .map(([file]) => `${file} imports stripe. Only lib/payments talks to the card company. ${SEE}`);

function browserViolations(graph: ImportGraph): string[] {
  return FOR_BROWSERS.flatMap((file) =>
    reachableFrom(graph, file)
      .filter(({ target, isPackage }) => isPackage && (BUILT_IN.test(target) || !["tweetnacl", "ipaddr.js"].includes(target)))
      .map(({ target, chain }) => `${chain.join(" → ")} imports ${target}. Keys are made in the browser, which has no ${target}. ${SEE}`),
  );
}

/** Test kits hold signing-in without a provider and proofs without a mailbox: nothing that ships may reach them. */
function testCodeViolations(graph: ImportGraph): string[] {
  return [...graph]
    .filter(([file]) => /^(?:lib|app|agent|prisma)\//.test(file) && isProduct(file))
    .flatMap(([file, { files }]) => [...files].filter(isTest).map((target) => `${file} imports ${target}, which is made for tests. ${SEE}`));
}

const PROJECT = ["lib/**/*.ts", "lib/**/*.tsx", "app/**/*.ts", "app/**/*.tsx", "agent/**/*.ts", "scripts/**/*.ts", "e2e/**/*.ts", "bench/**/*.ts", "*.ts"];

describe("boundaries", () => {
  let graph: ImportGraph;
  beforeAll(async () => {
    graph = await readImportGraph(PROJECT);
  });

  test("core, protocol and agent reach no framework, no database driver, and nothing of the portal's", () => {
    expect(realmViolations(graph)).toEqual([]);
  });

  test("only lib/db imports Prisma and what Prisma generates", () => {
    expect(prismaViolations(graph)).toEqual([]);
  });

  test("only lib/payments imports the card company's library", () => {
    expect(cardCompanyViolations(graph)).toEqual([]);
    expect(graph.get("lib/payments/stripe.ts")?.packages).toContain("stripe");
  });

  test("nothing that ships imports what is made for tests", () => {
    expect(testCodeViolations(graph)).toEqual([]);
  });

  test("what makes keys and files in the browser needs nothing that browsers lack", () => {
    expect(browserViolations(graph)).toEqual([]);
  });

  test("the check sees the whole project", () => {
    for (const file of ["lib/core/keys.ts", "lib/protocol/messages.ts", "lib/db/client.ts", "app/layout.tsx", ...FOR_BROWSERS]) {
      expect([...graph.keys()]).toContain(file);
    }
    for (const { files } of REALMS) expect([...graph.keys()].filter((file) => files.test(file) && isProduct(file))).not.toEqual([]);
    expect(graph.get("lib/db/client.ts")?.packages).toContain("@prisma/adapter-pg");
  });
});

describe("the check bites", () => {
  test.each([
    ["a framework in the core", { "lib/core/bad.ts": 'import { headers } from "next/headers";\nexport default headers;' }, "lib/core/bad.ts imports next/headers. lib/core is pure"],
    ["I/O in the core", { "lib/core/bad.ts": 'export { readFile } from "node:fs/promises";' }, "lib/core/bad.ts imports node:fs/promises. lib/core is pure"],
    ["a dynamic import in the protocol", { "lib/protocol/bad.ts": 'export const load = () => import("pg");' }, "lib/protocol/bad.ts imports pg. lib/protocol is the contract"],
    ["the portal's code in the agent, by alias", { "agent/bad.ts": 'import { port } from "@/lib/portal-only";\nexport default port;', "lib/portal-only.ts": "export const port = 1;" }, "agent/bad.ts imports lib/portal-only.ts. The agent runs alone"],
    [
      "a mailer in the agent, two files away",
      { "agent/bad.ts": 'export * from "./near";', "agent/near.ts": 'import mailer from "nodemailer";\nexport default mailer;' },
      "agent/bad.ts → agent/near.ts imports nodemailer. The agent runs alone",
    ],
    ["a route's helper in a use case", { "lib/usecases/bad.ts": 'export { json } from "@/lib/http/responses";' }, "lib/usecases/bad.ts imports lib/http/responses.ts. A use case knows nothing of requests"],
    ["a use case in what use cases stand on", { "lib/auth/bad.ts": 'export { listClients } from "@/lib/usecases/list-clients";' }, "lib/auth/bad.ts imports lib/usecases/list-clients.ts. lib/db and lib/auth serve use cases"],
    ["a framework that a value import of a type leaves behind", { "lib/core/bad.ts": 'import { type NextConfig } from "next";\nexport type Bad = NextConfig;' }, "lib/core/bad.ts imports next. lib/core is pure"],
  ])("on %s", async (_what, overlay: Record<string, string>, message) => {
    const graph = await readImportGraph([], overlay);
    expect(realmViolations(graph)).toContainEqual(expect.stringContaining(message));
    expect(realmViolations(graph)).toContainEqual(expect.stringContaining(SEE));
  });

  test.each([
    ["a package", 'import { PrismaPg } from "@prisma/adapter-pg";\nexport default PrismaPg;', "@prisma/adapter-pg"],
    ["the generated client", 'import { PrismaClient } from "@/lib/db/generated/client";\nexport default PrismaClient;', "lib/db/generated/client"],
    ["the generated client by a relative path", 'import { PrismaClient } from "../db/generated/client";\nexport default PrismaClient;', "lib/db/generated/client"],
  ])("on Prisma outside lib/db: %s", async (_what, source, target) => {
    const inside = await readImportGraph([], { "lib/db/fine.ts": source.replace("../db", ".") });
    expect(prismaViolations(inside)).toEqual([]);
    const outside = await readImportGraph([], { "lib/usecases/bad.ts": source });
    expect(prismaViolations(outside)).toEqual([`lib/usecases/bad.ts imports ${target}. Only lib/db talks to Prisma: add a query function there. ${SEE}`]);
  });

  test("on the card company's library in a use case", async () => {
    const graph = await readImportGraph([], { "lib/usecases/bad.ts": 'import { Stripe } from "stripe";\nexport default Stripe;' });
    expect(cardCompanyViolations(graph)).toEqual([`lib/usecases/bad.ts imports stripe. Only lib/payments talks to the card company. ${SEE}`]);
  });

  test("on a test kit in the product", async () => {
    const graph = await readImportGraph([], { "lib/usecases/bad.ts": 'import { help } from "@/lib/testing/help";\nexport default help;', "lib/testing/help.ts": "export const help = 1;" });
    expect(testCodeViolations(graph)).toEqual([`lib/usecases/bad.ts imports lib/testing/help.ts, which is made for tests. ${SEE}`]);
  });

  test("on a Node module below what the browser imports", async () => {
    const graph = await readImportGraph(["lib/core/sealed-key.ts"], { "lib/core/base64.ts": 'import { Buffer } from "node:buffer";\nexport const decodeBase64 = Buffer.from, encodeBase64 = String;' });
    expect(browserViolations(graph)).toContainEqual(expect.stringContaining("lib/core/sealed-key.ts → lib/core/base64.ts imports node:buffer. Keys are made in the browser"));
  });
});
