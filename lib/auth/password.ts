/** Hashing of passwords: argon2id with OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
import { hash, verify, type Options } from "@node-rs/argon2";
import { normalisePassword, MAX_PASSWORD_LENGTH, type Password } from "@/lib/core/password-policy";

const PARAMETERS = {
  // Argon2id; the library's enum has no value at run time.
  algorithm: 2,
  memoryCost: 19 * 1024,
  timeCost: 2,
  parallelism: 1,
} satisfies Options;

/** How a hash made with today's parameters begins (PHC string format). */
const TODAY = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

/** The PHC string of a password. */
export const hashPassword = (password: Password): Promise<string> => hash(password, PARAMETERS);

/** Of a password that nobody has: compared with when there is no account, so that it takes as long (rule 8). Made once a process. */
let decoy: Promise<string> | null = null;

/**
 * @param stored the account's hash; null when there is no account, or it has no password: takes as long, and is never right
 * @returns a new hash when the stored one was made with older parameters
 */
export async function checkPassword(stored: string | null, text: string): Promise<{ right: boolean; rehashed: string | null }> {
  decoy ??= hash("no account has this password", PARAMETERS);
  const against = stored ?? (await decoy);
  // A longer one is nobody's; it must not cost more than others.
  const password = normalisePassword(text.slice(0, 4 * MAX_PASSWORD_LENGTH));
  const right = (await verify(against, password)) && stored !== null && text.length <= 4 * MAX_PASSWORD_LENGTH;
  const rehashed = right && !against.startsWith(TODAY) ? await hash(password, PARAMETERS) : null;
  return { right, rehashed };
}
