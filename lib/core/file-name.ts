/** Names that every WireGuard app accepts for a configuration and its tunnel. Runs in browsers and in Node. */

const MAX_LENGTH = 15;
/** Of the instance's name, at least this much stays visible when the nickname is long. */
const INSTANCE_SHARE = 5;

/** Letters that NFKD doesn't take apart. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i", ħ: "h", ŧ: "t", ŋ: "n",
};

/**
 * The file's name without ".conf", made from nickname and instance: "adas-lapt-atlas".
 *
 * 1–15 characters, as long as a Linux interface's name, which `wg-quick` makes of it. Lower case letters, digits and
 * inner hyphens only: no dots and always two parts, so that it never is "..", a Windows device ("con") or "lo".
 */
export function configFileName(nickname: string, instanceName: string): string {
  const client = plain(nickname);
  const instance = plain(instanceName);
  if (client === "" && instance === "") return "portcullis";
  const [first, second] = [client || "client", instance || "wg"];
  const roomForSecond = Math.max(INSTANCE_SHARE, MAX_LENGTH - 1 - first.length);
  const end = trimHyphens(second.slice(0, roomForSecond));
  const start = trimHyphens(first.slice(0, MAX_LENGTH - 1 - end.length));
  return `${start}-${end}`;
}

function plain(text: string): string {
  return trimHyphens(
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[\p{M}'’]/gu, "")
      .replace(/[^\0-\u007F]/gu, (letter) => PLAIN_LETTERS[letter] ?? "-")
      .replace(/[^a-z0-9]+/g, "-"),
  );
}

const trimHyphens = (text: string): string => text.replace(/^-+|-+$/g, "");
