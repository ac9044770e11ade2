/** Advice on a new password while it is typed. The portal decides (lib/core/password-policy), and says more: this only counts. */

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

export interface PasswordAdvice {
  enough: boolean;
  text: string;
}

export function passwordAdvice(password: string): PasswordAdvice {
  const characters = [...password.normalize("NFKC")];
  const missing = MIN_PASSWORD_LENGTH - characters.length;
  if (characters.length === 0) return { enough: false, text: `At least ${MIN_PASSWORD_LENGTH} characters. Several words in a row are easy to remember and hard to guess.` };
  if (missing > 0) return { enough: false, text: `${missing} more ${missing === 1 ? "character" : "characters"}. Add another word; spaces count too.` };
  if (characters.length > MAX_PASSWORD_LENGTH) return { enough: false, text: `At most ${MAX_PASSWORD_LENGTH} characters: take away ${characters.length - MAX_PASSWORD_LENGTH}.` };
  return { enough: true, text: "Long enough. Make sure you use it nowhere else." };
}
