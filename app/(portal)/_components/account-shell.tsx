import type { ReactNode } from "react";
import { Shell, type ShellActor } from "@/app/_components/shell";

interface AccountShellProps {
  actor: ShellActor;
  section: "account" | "security" | "warranties" | null;
  children: ReactNode;
}

/** The frame of the pages about oneself. */
export function AccountShell({ actor, section, children }: AccountShellProps) {
  const nav = [
    { href: "/account", label: "Account", current: section === "account" },
    { href: "/security", label: "Security", current: section === "security" },
    { href: "/warranties", label: "Warranties", current: section === "warranties" },
  ];
  return (
    <Shell actor={actor} nav={section === null ? [] : nav} place={<span className="font-medium">You</span>}>
      <div className="mx-auto max-w-3xl">{children}</div>
    </Shell>
  );
}
