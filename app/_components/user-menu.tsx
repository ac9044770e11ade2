"use client";

import { useState } from "react";
import { CloudUpload, HardDrive, KeyRound, LogOut, Monitor, Moon, ShieldCheck, Sun, UserRound } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { applyTheme, parseTheme, type Theme } from "@/app/_client/theme";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator, MenuTrigger } from "@/lib/ui/menu";

interface UserMenuProps {
  email: string;
  name: string | null;
  isOperator: boolean;
  theme: Theme;
}

export function UserMenu({ email, name, isOperator, theme }: UserMenuProps) {
  const [chosen, setChosen] = useState(theme);

  function choose(value: string) {
    const next = parseTheme(value);
    setChosen(next);
    applyTheme(next);
  }

  return (
    <Menu>
      <MenuTrigger
        aria-label="Your account"
        className="thumb flex size-8 shrink-0 items-center justify-center rounded-full border border-line bg-accent-soft text-sm font-semibold text-accent select-none hover:border-line-strong"
      >
        {initialOf(name, email) ?? <UserRound aria-hidden="true" className="size-4" />}
      </MenuTrigger>
      <MenuContent align="end">
        <div className="px-2.5 pt-2 pb-2.5">
          {name && <p className="truncate font-medium">{name}</p>}
          <p className="max-w-64 truncate text-sm text-muted">{email}</p>
        </div>
        <MenuSeparator />
        <MenuItem asChild>
          <Link href="/account">
            <UserRound aria-hidden="true" />
            Account
          </Link>
        </MenuItem>
        <MenuItem asChild>
          <Link href="/security">
            <KeyRound aria-hidden="true" />
            Security
          </Link>
        </MenuItem>
        <MenuItem asChild>
          <Link href="/warranties">
            <HardDrive aria-hidden="true" />
            Warranties
          </Link>
        </MenuItem>
        <MenuItem asChild>
          <Link href="/subscriptions/new">
            <CloudUpload aria-hidden="true" />
            New subscription
          </Link>
        </MenuItem>
        <MenuSeparator />
        {isOperator && (
          <>
            <MenuItem asChild>
              <Link href="/operator">
                <ShieldCheck aria-hidden="true" />
                Operator console
              </Link>
            </MenuItem>
            <MenuSeparator />
          </>
        )}
        <MenuLabel>Theme</MenuLabel>
        <MenuRadioGroup value={chosen} onValueChange={choose}>
          <MenuRadioItem value="system">
            <Monitor aria-hidden="true" />
            System
          </MenuRadioItem>
          <MenuRadioItem value="light">
            <Sun aria-hidden="true" />
            Light
          </MenuRadioItem>
          <MenuRadioItem value="dark">
            <Moon aria-hidden="true" />
            Dark
          </MenuRadioItem>
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem onSelect={() => void signOut({ callbackUrl: "/signin" })}>
          <LogOut aria-hidden="true" />
          Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

function initialOf(name: string | null, email: string): string | null {
  const first = [...(name ?? email).trim()].find((character) => /[\p{L}\p{N}]/u.test(character));
  return first?.toLocaleUpperCase("en") ?? null;
}
