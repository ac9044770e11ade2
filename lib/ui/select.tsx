import type { ComponentProps } from "react";
import { ChevronDown } from "lucide-react";
import { cx } from "./cx";
import { inputClass } from "./input";

/** The system's own list of choices: familiar on every device, and at home with the keyboard. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className="relative block">
      <select className={cx(inputClass, "h-11 appearance-none pr-9 sm:h-10", className)} {...rest}>
        {children}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-3 my-auto size-4 text-faint" />
    </span>
  );
}
