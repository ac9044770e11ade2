"use client";

import { useSyncExternalStore, type ComponentProps } from "react";
import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { cx } from "./cx";

/** Not modal: the page behind stays readable and scrollable while a menu is open. */
export const Menu = (props: ComponentProps<typeof DropdownMenu.Root>) => <DropdownMenu.Root modal={false} {...props} />;
export const MenuTrigger = DropdownMenu.Trigger;
export const MenuRadioGroup = DropdownMenu.RadioGroup;

const never = (): (() => void) => () => undefined;
const mainPart = (): HTMLElement | null => document.querySelector("main");

export function MenuContent({ className, ...rest }: ComponentProps<typeof DropdownMenu.Content>) {
  // Looked for again once this page is there: while it is being made, what is found is the main part of the page before, and a menu in that is never seen.
  const main = useSyncExternalStore(never, mainPart, () => null);
  return (
    // Into the page's main part, so that what a menu holds belongs to a landmark like everything else.
    <DropdownMenu.Portal container={main ?? undefined}>
      <DropdownMenu.Content
        sideOffset={6}
        collisionPadding={8}
        className={cx("z-40 max-h-[70vh] min-w-56 animate-appear overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop", className)}
        {...rest}
      />
    </DropdownMenu.Portal>
  );
}

const ITEM = cx(
  "flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left outline-none select-none pointer-coarse:py-3",
  "data-[highlighted]:bg-hover data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint",
);

export function MenuItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item className={cx(ITEM, className)} {...rest} />;
}

export function MenuRadioItem({ className, children, ...rest }: ComponentProps<typeof DropdownMenu.RadioItem>) {
  return (
    <DropdownMenu.RadioItem className={cx(ITEM, className)} {...rest}>
      {children}
      <DropdownMenu.ItemIndicator className="ml-auto">
        <Check aria-hidden="true" />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}

export function MenuLabel({ className, ...rest }: ComponentProps<typeof DropdownMenu.Label>) {
  return <DropdownMenu.Label className={cx("px-2.5 pt-2 pb-1 text-xs text-faint", className)} {...rest} />;
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="mx-1 my-1 h-px bg-line" />;
}
