import { expect, it } from "vitest";
import { codeDigits } from "@/lib/ui/code-digits";

it.each([
  ["123456", "123456"],
  ["123 456", "123456"],
  [" 123-456\n", "123456"],
  ["Your code: 123456.", "123456"],
  ["1234567", "123456"],
  ["１２３４５６", "123456"],
  ["12a", "12"],
  ["", ""],
])("%j gives the code %s", (typed, code) => expect(codeDigits(typed, 6)).toBe(code));
