/** What a person calls a client: "Ada's laptop", "仕事用ノート". Runs in browsers and in Node. */
import { PortcullisError } from "@/lib/core/errors";

declare const nicknameBrand: unique symbol;
/** 1–40 code points, NFC, visible. Not escaped for anything: HTML, configurations and mails each escape it themselves. */
export type Nickname = string & { readonly [nicknameBrand]: true };

export const NICKNAME_MAX_LENGTH = 40;

const EMOJI_STYLE = "\uFE0F";

/**
 * Trims, folds every kind of space into single plain ones, normalises to NFC. Letters, marks, digits, punctuation and
 * symbols of all scripts are welcome; whatever can't be seen, or changes how the text around it reads (control
 * characters, line breaks, bidirectional overrides, zero-width and unassigned characters), is refused.
 * @throws PortcullisError nickname_invalid
 */
export function parseNickname(text: string): Nickname {
  const nickname = text.replace(/\p{Zs}+/gu, " ").trim().normalize("NFC");
  if (nickname === "") throw refused("Give the client a nickname, so that you can tell it from the others.");
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw refused("A nickname is one line, without control characters.");
  if ([...nickname].length > NICKNAME_MAX_LENGTH) {
    throw refused(`A nickname has at most ${NICKNAME_MAX_LENGTH} characters; this one has ${[...nickname].length}.`);
  }
  if ([...nickname].some(isInvisible)) {
    throw refused("That nickname holds an invisible character, or an emoji joined from several. Type it again, without pasting.");
  }
  if (!/^[\p{L}\p{N}\p{P}\p{S}]/u.test(nickname)) throw refused("Begin the nickname with a letter, a digit or a symbol.");
  return nickname as Nickname;
}

function isInvisible(character: string): boolean {
  if (character === EMOJI_STYLE) return false;
  // U+2800, the empty braille pattern, is drawn as nothing at all.
  return character === "\u2800" || /\p{C}|\p{Default_Ignorable_Code_Point}/u.test(character);
}

const refused = (message: string): PortcullisError => new PortcullisError("nickname_invalid", message, { field: "nickname" });
