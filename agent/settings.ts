/** The agent's settings, parsed once at start; everything that is wrong is named together, with what to do. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { enrolTokenSchema } from "@/lib/protocol/messages";

export interface Settings {
  /** Of portals that share a database, in the order to try; without a slash at the end. */
  portalUrls: [string, ...string[]];
  /** Needed until the gateway is enrolled. */
  enrolToken: string | null;
  stateFolder: string;
  /** Where interfaces are born and UDP sockets live; null: the agent's own namespace. */
  hostNamespace: string | null;
  /** Where the operator's programs are (agent/hooks.ts); null: there are none. */
  hooksFolder: string | null;
  exitWithParent: boolean;
  /** Take the tunnels down when the agent stops; by default they stay up. */
  downOnExit: boolean;
  reportIntervalMs: number;
}

export class SettingsInvalid extends Error {
  override readonly name = "SettingsInvalid";

  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

const flag = z.enum(["0", "1"], "must be 0 or 1").default("0").transform((value) => value === "1");

const schema = z.object({
  PORTCULLIS_PORTAL_URL: z
    .string("is missing: set it to the portal's address, like https://portal.example.com")
    .transform((text) => text.split(",").map((url) => url.trim()))
    .refine((urls) => urls.every(isSafeOrigin), "must be https://…, without a path (http:// only to this machine: the credential would be readable on the way); several are separated by commas")
    .transform(([first = "", ...others]): [string, ...string[]] => [new URL(first).origin, ...others.map((url) => new URL(url).origin)]),
  PORTCULLIS_ENROL_TOKEN: enrolToken().optional(),
  PORTCULLIS_ENROL_TOKEN_FILE: z.string().optional(),
  PORTCULLIS_STATE_DIR: z.string().regex(/^\//, "must be an absolute path").default("/var/lib/portcullis-agent"),
  PORTCULLIS_HOST_NETNS: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "must be the name of a network namespace")
    .optional(),
  PORTCULLIS_HOOKS_DIR: z.string().regex(/^\//, "must be an absolute path").optional(),
  PORTCULLIS_EXIT_WITH_PARENT: flag,
  PORTCULLIS_DOWN_ON_EXIT: flag,
  PORTCULLIS_REPORT_SECONDS: z.coerce.number("must be a number").min(0.2, "must be 0.2 or more").max(60, "must be 60 or less").default(5),
});

/**
 * @param args what follows the program's name; `--down` is PORTCULLIS_DOWN_ON_EXIT=1.
 * @throws SettingsInvalid
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>, args: readonly string[]): Settings {
  const unknown = args.filter((arg) => arg !== "--down").map((arg) => `${arg}: there is no such option; the only one is --down`);
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(set);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join(".")} ${issue.message}`);
  if (!parsed.success || unknown.length > 0) throw new SettingsInvalid([...unknown, ...problems]);
  const { data } = parsed;
  return {
    portalUrls: data.PORTCULLIS_PORTAL_URL,
    enrolToken: data.PORTCULLIS_ENROL_TOKEN ?? tokenFromFile(data.PORTCULLIS_ENROL_TOKEN_FILE),
    stateFolder: data.PORTCULLIS_STATE_DIR,
    hostNamespace: data.PORTCULLIS_HOST_NETNS ?? null,
    hooksFolder: data.PORTCULLIS_HOOKS_DIR ?? null,
    exitWithParent: data.PORTCULLIS_EXIT_WITH_PARENT,
    downOnExit: data.PORTCULLIS_DOWN_ON_EXIT || args.includes("--down"),
    reportIntervalMs: data.PORTCULLIS_REPORT_SECONDS * 1_000,
  };
}

/** A file that is gone is no error: it may be removed after the first start. */
function tokenFromFile(file: string | undefined): string | null {
  if (file === undefined) return null;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  const token = enrolToken().safeParse(text.trim());
  if (!token.success) throw new SettingsInvalid([`PORTCULLIS_ENROL_TOKEN_FILE ${token.error.issues[0]!.message}`]);
  return token.data;
}

function enrolToken() {
  return z.string().refine((text) => enrolTokenSchema.safeParse(text).success, "holds no enrolment token (pce_ and 43 characters): make one on the portal's host with npm run portcullis -- gateway add");
}

function isSafeOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") return false;
  const local = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local);
}
