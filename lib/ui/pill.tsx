import type { ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "neutral" | "good" | "warn" | "bad" | "accent";

const SOFT: Record<Tone, string> = {
  neutral: "bg-hover text-muted",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  accent: "bg-accent-soft text-accent",
};

const DOTS: Record<Tone, string> = {
  neutral: "bg-line-strong",
  good: "bg-good-solid",
  warn: "bg-warn-solid",
  bad: "bg-bad-solid",
  accent: "bg-accent-solid",
};

interface PillProps {
  tone?: Tone;
  /** A dot before the words: the state is a live one. */
  dot?: boolean;
  className?: string;
  children: ReactNode;
}

/** A state in one or two words. The words carry the meaning; the colour only helps. */
export function Pill({ tone = "neutral", dot = false, className, children }: PillProps) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap", SOFT[tone], className)}>
      {dot && <Dot tone={tone} />}
      {children}
    </span>
  );
}

export function Dot({ tone = "neutral", className }: { tone?: Tone; className?: string }) {
  return <span aria-hidden="true" className={cx("inline-block size-2 shrink-0 rounded-full", DOTS[tone], className)} />;
}
