import type { ComponentProps } from "react";
import { Slot } from "radix-ui";
import { cx } from "./cx";
import { Spinner } from "./spinner";

export type ButtonTone = "primary" | "secondary" | "ghost" | "danger" | "danger-quiet";
export type ButtonSize = "sm" | "md" | "lg";

const TONES: Record<ButtonTone, string> = {
  primary: "bg-accent-solid text-on-solid shadow-card hover:bg-accent-solid-hover",
  secondary: "border border-line bg-surface text-ink shadow-card hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-ink",
  danger: "bg-bad-solid text-on-solid shadow-card hover:bg-bad-solid-hover",
  "danger-quiet": "border border-line bg-surface text-bad shadow-card hover:border-transparent hover:bg-bad-soft",
};

const SIZES: Record<ButtonSize, string> = {
  sm: "h-8 gap-1.5 rounded-md px-2.5 text-sm pointer-coarse:h-11 pointer-coarse:px-3.5",
  md: "h-9 gap-2 rounded-md px-3.5 text-base pointer-coarse:h-11",
  lg: "h-11 gap-2.5 rounded-lg px-5 text-lg",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(tone: ButtonTone = "secondary", size: ButtonSize = "md", extra?: string): string {
  return cx(
    "inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap transition-colors duration-100 select-none",
    "disabled:opacity-50 aria-disabled:opacity-60 [&_svg]:shrink-0",
    TONES[tone],
    SIZES[size],
    extra,
  );
}

interface ButtonProps extends ComponentProps<"button"> {
  tone?: ButtonTone;
  size?: ButtonSize;
  /** Work is under way: the button keeps its place and its focus, shows a spinner, and takes no second press. */
  pending?: boolean;
  asChild?: boolean;
}

export function Button({ tone, size, pending = false, asChild = false, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  const classes = buttonClass(tone, size, className);
  if (asChild) {
    return (
      <Slot.Root className={classes} onClick={onClick} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type={type}
      className={classes}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {pending && <Spinner />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "aria-label"> {
  /** What the button does; there is no visible text to say it. */
  label: string;
}

export function IconButton({ label, className, size = "sm", tone = "ghost", ...rest }: IconButtonProps) {
  return <Button aria-label={label} tone={tone} size={size} className={cx("aspect-square px-0 pointer-coarse:px-0", className)} {...rest} />;
}
