import type { ComponentProps } from "react";
import { cx } from "./cx";

export const inputClass = cx(
  "w-full rounded-md border border-line-strong bg-surface px-3 text-ink shadow-card transition-colors duration-100",
  "hover:border-muted focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-offset-0",
  "aria-invalid:border-bad aria-invalid:focus-visible:outline-bad disabled:bg-sunken disabled:text-faint",
  // 16 px on phones: a smaller size makes iOS zoom in on focus.
  "text-lg sm:text-base",
);

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cx(inputClass, "h-11 sm:h-10", className)} {...rest} />;
}
