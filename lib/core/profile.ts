/** What a person says of themselves. */
import { PortcullisError } from "./errors";

const MAX_NAME = 80;

/** One line of visible characters. @throws bad_request */
export function parsePersonName(text: string): string {
  const name = text.normalize("NFC").trim().replace(/ +/g, " ");
  if (name === "" || [...name].length > MAX_NAME || /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(name)) {
    throw new PortcullisError("bad_request", `A name is one line of 1–${MAX_NAME} visible characters.`, { field: "name" });
  }
  return name;
}

/** A BCP 47 language tag, in its canonical form. @throws bad_request */
export function parseLocale(text: string): string {
  try {
    const [locale] = text.length <= 35 ? Intl.getCanonicalLocales(text) : [];
    if (locale !== undefined) return locale;
  } catch {
    // No language tag: refused below.
  }
  throw new PortcullisError("bad_request", "That is not a language this portal knows.", { field: "locale" });
}

/** An IANA time zone name. @throws bad_request */
export function parseTimeZone(text: string): string {
  try {
    // Offsets like "+02:00" are no time zones: they don't know summer time.
    if (/^[A-Za-z][A-Za-z0-9_+/-]{0,49}$/.test(text)) return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    // No time zone: refused below.
  }
  throw new PortcullisError("bad_request", "That is not a time zone this portal knows.", { field: "timeZone" });
}
