import type { ReactNode } from "react";
import Link from "next/link";
import { cookies } from "next/headers";
import { parseTheme, THEME_COOKIE } from "@/app/_client/theme";
import { cx } from "@/lib/ui/cx";
import { LinkPending } from "@/lib/ui/link-pending";
import { Pill } from "@/lib/ui/pill";
import { Mark, Wordmark } from "./mark";
import { NavStrip } from "./nav-strip";
import { SessionEnded } from "./session-ended";
import { UserMenu } from "./user-menu";

export interface ShellActor {
  email: string;
  name: string | null;
  isOperator: boolean;
}

export interface NavItem {
  href: string;
  label: string;
  current: boolean;
}

interface ShellProps {
  actor: ShellActor;
  /** Beside the mark: where one is, and the way to other such places. */
  place?: ReactNode;
  nav?: NavItem[];
  /** The page is part of the operator console. */
  operator?: boolean;
  children: ReactNode;
}

/** The frame of every page behind sign-in. */
export async function Shell({ actor, place, nav = [], operator = false, children }: ShellProps) {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#content" className="sr-only z-50 rounded-md bg-surface px-3 py-2 font-medium shadow-pop focus:not-sr-only focus:fixed focus:top-3 focus:left-3">
        Skip to content
      </a>
      <header className="top-0 z-30 border-b sm:sticky border-line bg-canvas/90 backdrop-blur-md">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-3 px-4 sm:px-6">
          <Link href="/" className="thumb flex items-center rounded-md" aria-label="Portcullis, home">
            {place ? <Mark /> : <Wordmark />}
            <LinkPending />
          </Link>
          {place && (
            <>
              <span aria-hidden="true" className="text-lg text-line-strong">
                /
              </span>
              {place}
            </>
          )}
          {operator && <Pill tone="accent">Operator</Pill>}
          <div className="ml-auto flex items-center gap-3">
            {actor.isOperator && !operator && (
              <Link href="/operator" className="thumb hidden rounded-md sm:block">
                <Pill tone="accent">Operator</Pill>
                <LinkPending />
              </Link>
            )}
            <UserMenu email={actor.email} name={actor.name} isOperator={actor.isOperator} theme={theme} />
          </div>
        </div>
        {nav.length > 0 && <NavStrip nav={nav} />}
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-6xl flex-1 px-4 pt-6 pb-16 outline-none sm:px-6 sm:pt-8">
        {children}
      </main>
      <SessionEnded />
    </div>
  );
}

interface PageTitleProps {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  /** false: on a phone they stand elsewhere on the page. */
  actionsOnPhone?: boolean;
}

export function PageTitle({ title, description, actions, actionsOnPhone = true }: PageTitleProps) {
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-4 sm:mb-6">
      <div className="min-w-0">
        <h1 className="text-2xl font-semibold wrap-anywhere">{title}</h1>
        {description && <div className="mt-1 text-muted">{description}</div>}
      </div>
      {actions && <div className={cx("flex w-full flex-wrap items-center gap-2 sm:w-auto", !actionsOnPhone && "max-sm:hidden")}>{actions}</div>}
    </div>
  );
}
