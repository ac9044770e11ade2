/** Texts for people in messages. PostgreSQL takes no NUL, the audit log no half of a surrogate pair, and a log line no escape sequence. */

const NOT_PLAIN = /(?![\t\n])\p{Cc}|\p{Cs}/u;

/** No control characters but tab and line feed, and well-formed Unicode. */
export const isPlainText = (text: string): boolean => !NOT_PLAIN.test(text);

/** The same text as far as it is plain, cut to `maxLength` UTF-16 code units and never in the middle of a character. */
export function toPlainText(text: string, maxLength: number): string {
  const plain = text.replace(new RegExp(NOT_PLAIN, "gu"), "\uFFFD").slice(0, maxLength);
  return isPlainText(plain) ? plain : plain.slice(0, -1);
}
