import type { ReactNode } from "react";
import { Card, CardHeader } from "@/lib/ui/card";

interface SectionProps {
  id: string;
  title: string;
  description: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** One of the page's questions, with its answer in rows. */
export function Section({ id, title, description, actions, children }: SectionProps) {
  return (
    <Card aria-labelledby={id}>
      <CardHeader title={title} titleId={id} description={description} actions={actions} />
      {children}
    </Card>
  );
}

interface RowProps {
  icon: ReactNode;
  title: ReactNode;
  /** What there is to know about it. */
  children?: ReactNode;
  actions?: ReactNode;
  label?: string;
}

/** One thing in a section: what it is, what is known of it, what can be done with it. */
export function Row({ icon, title, children, actions, label }: RowProps) {
  return (
    <li aria-label={label} className="flex flex-wrap items-center gap-x-4 gap-y-2.5 px-4 py-3.5 sm:flex-nowrap sm:px-5">
      <span aria-hidden="true" className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-hover text-muted [&_svg]:size-5">
        {icon}
      </span>
      <div className="min-w-0 flex-1 basis-56 sm:basis-40">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium wrap-anywhere">{title}</div>
        {children && <div className="text-sm text-muted">{children}</div>}
      </div>
      {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
    </li>
  );
}

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {children}
    </ul>
  );
}
