/** What the demo makes up once and keeps, readable by its own account alone. */
import { randomBytes, randomInt } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "@/lib/db/embedded-postgres/place";

export interface Secrets {
  portalSecret: string;
  oidcClientSecret: string;
  /** For the login on the instance; shown to the person. */
  instancePassword: string;
}

export async function keptSecrets(folder: string): Promise<Secrets> {
  const file = join(folder, "secrets.json");
  await mkdir(folder, { recursive: true });
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return JSON.parse(kept) as Secrets;
  const made = { portalSecret: randomBytes(48).toString("base64url"), oidcClientSecret: randomBytes(32).toString("base64url"), instancePassword: readablePassword() };
  await writeWhole(file, `${JSON.stringify(made)}\n`, 0o600);
  return made;
}

/** Some 60 random bits, in letters and digits that are not mistaken for one another. */
function readablePassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  return Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]).join("").replace(/(.{4})(?=.)/g, "$1-");
}
