import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section className={cx("rounded-xl border border-line bg-surface shadow-card", className)} {...rest} />;
}

interface CardHeaderProps {
  title: ReactNode;
  /** Id for aria-labelledby of the card. */
  titleId?: string;
  description?: ReactNode;
  actions?: ReactNode;
}

export function CardHeader({ title, titleId, description, actions }: CardHeaderProps) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 border-b border-line px-4 py-3.5 sm:px-5">
      <div className="min-w-0">
        <h2 id={titleId} className="text-lg font-semibold">
          {title}
        </h2>
        {description && <div className="text-sm text-muted">{description}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

interface DetailProps {
  label: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A term and its value inside a <dl>. */
export function Detail({ label, children, className }: DetailProps) {
  return (
    <div className={cx("min-w-0", className)}>
      <dt className="text-xs text-faint">{label}</dt>
      <dd className="mt-0.5 min-w-0 text-base">{children}</dd>
    </div>
  );
}
