/** Help for people, from the portal's server: it works while the portal runs, and when no operator is left. */
import { userInfo } from "node:os";
import type { JsonObject } from "@/lib/core/canonical-json";
import { PortcullisError } from "@/lib/core/errors";
import { listBlocks } from "@/lib/auth/limits";
import { listLiveSessions } from "@/lib/db/security";
import { findUserRow, type UserRow } from "@/lib/db/users";
import { describeBrowser } from "@/lib/auth/source";
import type { ServerAct } from "@/lib/mail/messages";
import type { StorePorts } from "@/lib/ports";
import { breakGlass } from "@/lib/usecases/operator-users/break-glass";
import { account, confirm, need, type Command, type Options } from "./command";

/** What each does, to follow "This". */
const ABOUT: Record<ServerAct, (email: string) => string> = {
  unlock: (email) => `forgets the wrong tries counted against ${email}.`,
  "reset-2fa": (email) => `removes all authenticator apps, passkeys and recovery codes of ${email}, and ends their sessions. Be sure who asks for it.`,
  "end-sessions": (email) => `ends all sessions of ${email}.`,
  "grant-operator": (email) => `makes ${email} an operator: they see all subscriptions and gateways.`,
  "revoke-operator": (email) => `takes the operator's rights from ${email}.`,
};

/** Who is at the keyboard, also behind sudo. */
function runner(): string {
  const { username } = userInfo();
  return process.env.SUDO_USER ? `${username}, by ${process.env.SUDO_USER}` : username;
}

const portalUrl = (): string | null => {
  const url = process.env.PORTAL_URL ?? "";
  return URL.canParse(url) ? url : null;
};

async function act(ports: StorePorts, what: ServerAct, subject: string | undefined, options: Options): Promise<void> {
  const user = await account(ports, need(subject, "EMAIL"));
  await confirm(`This ${ABOUT[what](user.email)} They are told by mail.`, options);
  const done = await breakGlass(ports, { act: what, user, as: runner(), portalUrl: portalUrl() });
  console.log(told(what, user.email, done));
}

function told(what: ServerAct, email: string, done: JsonObject): string {
  const sessions = `${String(done.sessionsEnded)} ${done.sessionsEnded === 1 ? "session" : "sessions"} ended`;
  switch (what) {
    case "unlock":
      return `${email} is unblocked: ${String(done.blocksLifted)} counters forgotten.`;
    case "reset-2fa":
      return `Removed from ${email}: ${String(done.apps)} authenticator apps, ${String(done.passkeys)} passkeys, ${String(done.recoveryCodes)} recovery codes; ${sessions}.${
        done.resetByMail === true ? "\nNothing else signs them in: they ask for a new password on the sign-in page." : ""
      }`;
    case "end-sessions":
      return `${sessions} of ${email}.`;
    case "grant-operator":
      return `${email} is now an operator.`;
    case "revoke-operator":
      return `${email} is no longer an operator${namedInSettings(email) ? ", once PORTAL_OPERATORS no longer names them and the portal was restarted" : ""}.`;
  }
}

const namedInSettings = (email: string): boolean => (process.env.PORTAL_OPERATORS ?? "").split(",").some((one) => one.trim().toLowerCase() === email);

async function show(ports: StorePorts, email: string): Promise<void> {
  const now = ports.clock.now();
  const { id } = await account(ports, email);
  const user = await findUserRow(ports.db.read, id, now);
  if (!user?.email) throw new PortcullisError("not_found", `There is no account with the address ${email}.`);
  const sessions = await listLiveSessions(ports.db.read, id, now);
  const blocks = (await listBlocks(ports)).filter(({ account: blocked }) => blocked === user.email);
  const when = (date: Date | null): string => date?.toISOString() ?? "never";
  console.log(
    [
      ...facts(user, when),
      ["sessions", sessions.length === 0 ? "none" : ""],
      ...sessions.map((session) => ["", `${describeBrowser(session.userAgent)}, ${session.address ?? "unknown address"}, ${session.twoFactor ? "two factors" : "one factor"}, seen ${when(session.lastSeenAt)}`]),
      ["blocks", blocks.length === 0 ? "none" : ""],
      ...blocks.map(({ kind, scope, source, tries, waitsUntil }) => ["", `${kind}, ${scope}${source === null ? "" : ` ${source}`}: ${tries} tries${waitsUntil === null ? "" : `, waits until ${when(waitsUntil)}`}`]),
    ]
      .map(([label = "", value = ""]) => `${label.padEnd(16)}${value}`.trimEnd())
      .join("\n"),
  );
}

const facts = (user: UserRow, when: (date: Date | null) => string): string[][] => [
  ["account", `${user.email ?? ""} (${user.name})`],
  ["id", user.id],
  ["state", user.deactivatedAt === null ? "active" : `deactivated ${when(user.deactivatedAt)}`],
  ["operator", user.isOperator || namedInSettings(user.email ?? "") ? "yes" : "no"],
  ["made", when(user.createdAt)],
  ["last seen", when(user.lastSeenAt)],
  ["signs in with", [user.password && "a password", user.identities > 0 && `${user.identities} providers`, user.passkeys > 0 && `${user.passkeys} passkeys`].filter(Boolean).join(", ") || "nothing"],
  ["second factors", `${user.totp} authenticator apps, ${user.passkeys} passkeys`],
  ["subscriptions", user.subscriptions.map(({ name, role }) => `${name} (${role})`).join(", ") || "none"],
  ["clients", String(user.clients)],
];

const command = (what: ServerAct, about: string): Command => ({ words: `user ${what}`, takes: "EMAIL [--yes]", about, run: (ports, subject, options) => act(ports, what, subject, options) });

export const USER_COMMANDS: Command[] = [
  { words: "user show", takes: "EMAIL", about: "what signs a person in, where they are signed in, what slows them", run: (ports, subject) => show(ports, need(subject, "EMAIL")) },
  command("unlock", "forgets wrong tries counted against an account"),
  command("reset-2fa", "removes a person's second factors, and ends their sessions"),
  command("end-sessions", "ends all of a person's sessions"),
  command("grant-operator", "makes an account an operator"),
  command("revoke-operator", "takes that away"),
];
