import type { ReactNode } from "react";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { cx } from "./cx";

export type NoticeTone = "info" | "good" | "warn" | "bad";

const LOOK: Record<NoticeTone, { box: string; icon: string; Icon: typeof Info }> = {
  info: { box: "bg-accent-soft", icon: "text-accent", Icon: Info },
  good: { box: "bg-good-soft", icon: "text-good", Icon: CircleCheck },
  warn: { box: "bg-warn-soft", icon: "text-warn", Icon: TriangleAlert },
  bad: { box: "bg-bad-soft", icon: "text-bad", Icon: CircleAlert },
};

interface NoticeProps {
  tone?: NoticeTone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** "alert" for what needs attention at once, "status" for what may wait; leave out for what was there from the start. */
  role?: "alert" | "status";
  className?: string;
}

/** Something a person should read before they go on, and what they can do about it. */
export function Notice({ tone = "info", title, children, actions, role, className }: NoticeProps) {
  const { box, icon, Icon } = LOOK[tone];
  return (
    <div role={role} className={cx("flex gap-3 rounded-lg px-4 py-3", box, className)}>
      <Icon aria-hidden="true" className={cx("mt-0.5 size-4.5 shrink-0", icon)} />
      <div className="grid min-w-0 flex-1 gap-1">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="text-muted">{children}</div>}
        {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
