"use client";

import { Check, ChevronsUpDown, LayoutGrid } from "lucide-react";
import Link from "next/link";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "@/lib/ui/menu";

interface Place {
  id: string;
  name: string;
  href: string;
}

interface SubscriptionSwitcherProps {
  current: Place;
  others: Place[];
}

/** The subscription one is in; a menu when there are others. */
export function SubscriptionSwitcher({ current, others }: SubscriptionSwitcherProps) {
  if (others.length === 0) {
    return (
      <Link href={current.href} className="min-w-0 truncate rounded-md font-medium">
        {current.name}
      </Link>
    );
  }
  return (
    <Menu>
      <MenuTrigger className="thumb -mx-1.5 flex min-w-0 items-center gap-1.5 rounded-md px-1.5 py-1 font-medium hover:bg-hover">
        <span className="sr-only">Subscription: </span>
        <span className="truncate">{current.name}</span>
        <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
      </MenuTrigger>
      <MenuContent align="start">
        <MenuLabel>Subscriptions</MenuLabel>
        {[current, ...others].map(({ id, name, href }) => (
          <MenuItem key={id} asChild>
            <Link href={href} aria-current={id === current.id ? "page" : undefined}>
              <span className="truncate">{name}</span>
              {id === current.id && <Check aria-hidden="true" className="ml-auto" />}
            </Link>
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem asChild>
          <Link href="/">
            <LayoutGrid aria-hidden="true" />
            Dashboard
          </Link>
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
