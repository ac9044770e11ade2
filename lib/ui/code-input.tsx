"use client";

import type { ComponentProps } from "react";
import { codeDigits } from "./code-digits";
import { cx } from "./cx";
import { inputClass } from "./input";

interface CodeInputProps extends Omit<ComponentProps<"input">, "value" | "onChange" | "type" | "maxLength"> {
  value: string;
  length?: number;
  onValueChange: (code: string) => void;
  /** Called once when the last digit is in, typed, pasted or filled in by the browser. */
  onComplete?: (code: string) => void;
}

/**
 * One field for a mailed code: a single input, so that paste, autofill and screen readers work as they should, with
 * digits set wide apart.
 */
export function CodeInput({ value, length = 6, onValueChange, onComplete, className, ...rest }: CodeInputProps) {
  return (
    <input
      type="text"
      inputMode="numeric"
      autoComplete="one-time-code"
      autoCorrect="off"
      spellCheck={false}
      enterKeyHint="done"
      placeholder={"·".repeat(length)}
      value={value}
      onChange={(event) => {
        const code = codeDigits(event.currentTarget.value, length);
        onValueChange(code);
        if (code.length === length && code !== value) onComplete?.(code);
      }}
      className={cx(inputClass, "h-14 text-center font-mono text-2xl tracking-[0.42em] indent-[0.42em] sm:text-2xl", className)}
      {...rest}
    />
  );
}
