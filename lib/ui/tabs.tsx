"use client";

import type { ComponentProps } from "react";
import { Tabs as RadixTabs } from "radix-ui";
import { cx } from "./cx";

/**
 * Tabs. Radix gives its tab list a style attribute, which our policy refuses in server-rendered HTML: use these where
 * they first appear in the browser.
 */
export const Tabs = RadixTabs.Root;

export function TabList({ className, ...rest }: ComponentProps<typeof RadixTabs.List>) {
  return <RadixTabs.List className={cx("flex gap-1 overflow-x-auto border-b border-line", className)} {...rest} />;
}

export function Tab({ className, ...rest }: ComponentProps<typeof RadixTabs.Trigger>) {
  return (
    <RadixTabs.Trigger
      className={cx(
        "-mb-px shrink-0 border-b-2 border-transparent px-1.5 py-2 sm:px-3 font-medium whitespace-nowrap text-muted transition-colors duration-100 hover:text-ink",
        "data-[state=active]:border-accent data-[state=active]:text-ink focus-visible:-outline-offset-2 pointer-coarse:py-3",
        className,
      )}
      {...rest}
    />
  );
}

export function TabPanel({ className, ...rest }: ComponentProps<typeof RadixTabs.Content>) {
  return <RadixTabs.Content className={cx("pt-4", className)} {...rest} />;
}
