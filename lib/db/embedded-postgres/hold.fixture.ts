/** For the tests: starts the server of the folder in argv[2], says so as one line of JSON, and stays until it is killed. */
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";

const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? "", durable: false });
process.stdout.write(`${JSON.stringify({ url: server.url, adopted: server.adopted })}\n`);
setInterval(() => {}, 60_000);
