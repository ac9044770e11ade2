import type { ReactNode } from "react";
import { Shell, type ShellActor } from "@/app/_components/shell";

interface OperatorShellProps {
  actor: ShellActor;
  section: "search" | "gateways" | "users" | "blocks" | "warranties" | "subscriptions" | "plans" | "licenses";
  children: ReactNode;
}

/** The frame of the operator console. */
export function OperatorShell({ actor, section, children }: OperatorShellProps) {
  const nav = [
    { href: "/operator", label: "Find a client", current: section === "search" },
    { href: "/operator/subscriptions", label: "Subscriptions", current: section === "subscriptions" },
    { href: "/operator/users", label: "Users", current: section === "users" },
    { href: "/operator/blocks", label: "Blocks", current: section === "blocks" },
    { href: "/operator/gateways", label: "Gateways", current: section === "gateways" },
    { href: "/operator/warranties", label: "Warranties", current: section === "warranties" },
    { href: "/operator/plans", label: "Plans", current: section === "plans" },
    { href: "/operator/licenses", label: "Licenses", current: section === "licenses" },
  ];
  return (
    <Shell actor={actor} nav={nav} operator place={<span className="font-medium">Console</span>}>
      {children}
    </Shell>
  );
}
