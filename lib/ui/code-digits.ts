/** The digits in what was typed or pasted ("Your code: 123 456." → "123456"), at most `length` of them. */
export function codeDigits(text: string, length: number): string {
  return text.normalize("NFKC").replace(/[^0-9]/g, "").slice(0, length);
}
