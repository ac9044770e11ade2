/**
 * A mail server that takes everything and keeps nothing (RFC 5321, as far as the portal goes), as a program of its own:
 * `tsx bench/parts/mail-sink.ts`. Tells whoever started it its port, and ends with them.
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const server = createServer((socket) => {
  socket.setNoDelay(true).on("error", () => undefined);
  const say = (line: string) => void socket.write(`${line}\r\n`);
  let inMail = false;
  say("220 bench");
  createInterface(socket).on("error", () => undefined).on("line", (line) => {
    const verb = line.slice(0, 4).toUpperCase();
    if (inMail) {
      if (line !== ".") return;
      inMail = false;
      say("250 taken");
    } else if (verb === "DATA") {
      inMail = true;
      say("354 go on");
    } else if (verb === "QUIT") {
      socket.end("221 bye\r\n");
    } else {
      say("250 bench");
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(address !== null && typeof address === "object" ? address.port : 0);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
