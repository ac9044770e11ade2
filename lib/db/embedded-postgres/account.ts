/** As whom the server runs. PostgreSQL refuses to run as root, so root needs an account without its power. */
import { execFile, spawnSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Made when the machine has neither this account nor PostgreSQL's own. */
const OWN_ACCOUNT = "portcullis";

/**
 * The account for the server of `cluster`: the owner of data that is there already, else an account of the machine, else
 * a new one. null where this process isn't root: then the server runs as the same person.
 */
export async function serverAccount(cluster: string, log: (line: string) => void): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const existing = await stat(cluster).catch(() => null);
  if (existing && existing.uid !== 0) return { name: `user ${existing.uid}`, uid: existing.uid, gid: existing.gid };
  for (const name of [OWN_ACCOUNT, "postgres"]) {
    const account = await lookUp(name);
    if (account) return account;
  }
  try {
    await run("useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", OWN_ACCOUNT]);
  } catch (error) {
    throw new Error(
      `PostgreSQL can't run as root, and making the system account "${OWN_ACCOUNT}" for it failed (${lastLine(error)}). ` +
        `Make it by hand (useradd --system ${OWN_ACCOUNT}), run Portcullis as another user, or set DATABASE_URL to a server of your own.`,
      { cause: error },
    );
  }
  const made = await lookUp(OWN_ACCOUNT);
  if (!made) throw new Error(`The system account "${OWN_ACCOUNT}" was made but can't be found. Set DATABASE_URL to a server of your own.`);
  log(`Made the system account "${OWN_ACCOUNT}": PostgreSQL does not run as root.`);
  return made;
}

/** Whether the account can enter a folder, by asking the system as that account: modes, ACLs and mounts all count. */
export function canEnter(account: Account | null, folder: string): boolean {
  return askAs(account, 'cd "$1"', folder);
}

/** Whether the account can read and run a program. */
export function canRun(account: Account | null, program: string): boolean {
  return askAs(account, 'test -r "$1" && test -x "$1"', program);
}

function askAs(account: Account | null, question: string, path: string): boolean {
  if (!account) return true;
  const answer = spawnSync("/bin/sh", ["-c", question, "sh", path], { ...identityOf(account), cwd: "/", stdio: "ignore" });
  if (answer.error) throw new Error(`This system does not let root act as ${account.name} (${answer.error.message}). Set DATABASE_URL to a server of your own.`, { cause: answer.error });
  return answer.status === 0;
}

/** What child_process needs to start a program as that account. */
export function identityOf(account: Account | null): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

async function lookUp(name: string): Promise<Account | null> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { name, uid: Number(uid.stdout.trim()), gid: Number(gid.stdout.trim()) };
  } catch {
    return null;
  }
}

function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1) ?? "";
}
