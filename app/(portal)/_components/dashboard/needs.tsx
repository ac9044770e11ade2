"use client";

import { useState, type ReactNode } from "react";
import { CalendarClock, ChevronRight, CopyX, CreditCard, FileClock, HardDrive, KeyRound, LogIn, MailOpen, Server, Unplug, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { LongDay } from "@/app/_components/long-day";
import { Button } from "@/lib/ui/button";
import { formatCount } from "@/lib/ui/bytes";
import { Card } from "@/lib/ui/card";
import { cx } from "@/lib/ui/cx";
import { LinkPending } from "@/lib/ui/link-pending";
import { Pill } from "@/lib/ui/pill";
import { RelativeTime } from "@/lib/ui/relative-time";
import type { NeedView } from "@/lib/usecases/dashboard-views";

/** More than a phone shows at once. */
const SHOWN = 5;

/** What somebody should look at, each with the way there. Nothing when nothing does. */
export function Needs({ needs }: { needs: NeedView[] }) {
  const [all, setAll] = useState(false);
  if (needs.length === 0) return null;
  const shown = all ? needs : needs.slice(0, SHOWN);
  return (
    <Card aria-labelledby="needs-title">
      <header className="flex items-center gap-2.5 border-b border-line px-4 py-3.5 sm:px-5">
        <h2 id="needs-title" className="text-lg font-semibold">
          Needs you
        </h2>
        <Pill tone="warn">{formatCount(needs.length)}</Pill>
      </header>
      <ul className="divide-y divide-line">
        {shown.map((need) => (
          <Need key={keyOf(need)} said={sayOf(need)} />
        ))}
      </ul>
      {shown.length < needs.length && (
        <footer className="flex justify-center border-t border-line p-2">
          <Button tone="ghost" size="sm" onClick={() => setAll(true)}>
            Show all {formatCount(needs.length)}
          </Button>
        </footer>
      )}
    </Card>
  );
}

interface Said {
  tone: "bad" | "warn" | "accent";
  Icon: LucideIcon;
  title: ReactNode;
  about: ReactNode;
  /** Where to do something about it, and what is done there; null: not here. */
  to: { href: string; label: string } | null;
}

const ICON = { bad: "bg-bad-soft text-bad", warn: "bg-warn-soft text-warn", accent: "bg-accent-soft text-accent" } as const;

function Need({ said: { tone, Icon, title, about, to } }: { said: Said }) {
  return (
    <li className={cx("relative flex items-center gap-3 px-4 py-3 last:rounded-b-xl sm:px-5", to && "transition-colors duration-100 hover:bg-hover")}>
      <span className={cx("flex size-9 shrink-0 items-center justify-center rounded-lg", ICON[tone])}>
        <Icon aria-hidden="true" strokeWidth={1.75} className="size-4.5" />
      </span>
      <span className="min-w-0 flex-1">
        {to ? (
          <Link href={to.href} className="font-medium wrap-anywhere after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus">
            {title}
            <LinkPending />
          </Link>
        ) : (
          <span className="font-medium wrap-anywhere">{title}</span>
        )}
        <span className="block text-sm wrap-anywhere text-faint">{about}</span>
      </span>
      {to && (
        <span aria-hidden="true" className="flex shrink-0 items-center gap-1 text-sm font-medium text-accent">
          <span className="hidden sm:inline">{to.label}</span>
          <ChevronRight className="size-4" />
        </span>
      )}
    </li>
  );
}

const keyOf = (need: NeedView): string => `${need.kind} ${"subscription" in need ? need.subscription.id : need.kind === "invited" ? need.id : need.serial}`;

const base = (id: string): string => `/subscriptions/${id}`;
const several = (count: number, one: ReactNode, many: string): ReactNode => (count === 1 ? one : `${formatCount(count)} ${many}`);

function sayOf(need: NeedView): Said {
  switch (need.kind) {
    case "config-shared":
      return {
        tone: "bad",
        Icon: CopyX,
        title: several(need.count, `Two machines use the config of “${need.client.name}”`, "configs are used by two machines each"),
        about: <About name={need.subscription.name} at={need.at} />,
        to: { href: clientHref(need), label: "Look at it" },
      };
    case "cut-pending":
      return {
        tone: need.gatewayAnswers ? "warn" : "bad",
        Icon: Unplug,
        title: (
          <>
            {several(need.count, `“${need.client.name}” is not cut off yet`, "clients are not cut off yet")}: {need.gatewayAnswers ? "the gateway is at it" : "the gateway isn’t answering"}
          </>
        ),
        about: <About name={need.subscription.name} at={need.at} />,
        to: { href: need.systemId !== null && need.count === 1 ? `${base(need.subscription.id)}/systems/${need.systemId}` : clientHref(need), label: "Follow it" },
      };
    case "sign-in-again":
      return { tone: "warn", Icon: LogIn, title: "Your machines are cut off until you sign in again", about: <About name={need.subscription.name} at={need.at} />, to: { href: base(need.subscription.id), label: "Sign in again" } };
    case "suspended":
      return { tone: "bad", Icon: CreditCard, title: "Suspended: nobody can connect until it is paid for", about: need.subscription.name, to: { href: `${base(need.subscription.id)}/billing`, label: "See billing" } };
    case "payment-due":
      return {
        tone: "warn",
        Icon: CreditCard,
        title: <>A payment is due{need.until && <>: nobody can connect after <LongDay iso={need.until} /></>}</>,
        about: need.subscription.name,
        to: { href: `${base(need.subscription.id)}/billing`, label: "See billing" },
      };
    case "system-waiting":
      return {
        tone: "accent",
        Icon: Server,
        title: several(need.count, `The system “${need.system.name}” waits for approval`, "systems wait for approval"),
        about: <About name={need.subscription.name} at={need.at} />,
        to: { href: `${base(need.subscription.id)}/systems${need.count === 1 ? `/${need.system.id}` : ""}`, label: "Decide" },
      };
    case "new-file":
      return {
        tone: "warn",
        Icon: FileClock,
        title: several(need.count, `“${need.client.name}” needs a new file`, "of your machines need a new file"),
        about: `${need.subscription.name} · the instance moved to another gateway`,
        to: { href: need.count === 1 ? `${clientHref(need)}/replace-key` : clientHref(need), label: "Get the file" },
      };
    case "client-ending":
      return {
        tone: "warn",
        Icon: CalendarClock,
        title: <>{several(need.count, `“${need.client.name}” ends`, "of your machines lose access, the first")} <RelativeTime iso={need.at} /></>,
        about: need.subscription.name,
        to: { href: clientHref(need), label: "Extend" },
      };
    case "ownership-offered":
      return { tone: "accent", Icon: KeyRound, title: `${need.fromEmail} wants to hand this subscription over to you`, about: <About name={need.subscription.name} at={need.at} />, to: { href: `${base(need.subscription.id)}/members`, label: "Decide" } };
    case "invited":
      return {
        tone: "accent",
        Icon: MailOpen,
        title: `${need.invitedByEmail} invites you to ${need.subscriptionName} as ${need.role === "admin" ? "an admin" : "a member"}`,
        about: <>To join, open the link in the mail that we sent you <RelativeTime iso={need.at} />.</>,
        to: null,
      };
    case "device-offered":
      return { tone: "accent", Icon: HardDrive, title: `${need.fromEmail} wants to hand over a device to you: ${need.model}`, about: <About name={need.serial} at={need.at} />, to: { href: "/warranties", label: "Decide" } };
  }
}

/** One client's page; the list of several. */
const clientHref = ({ subscription, count, client }: { subscription: { id: string }; count: number; client: { id: string } }): string => (count === 1 ? `${base(subscription.id)}/clients/${client.id}` : `${base(subscription.id)}#clients`);

function About({ name, at }: { name: string; at: string }) {
  return (
    <>
      {name} · <RelativeTime iso={at} />
    </>
  );
}
