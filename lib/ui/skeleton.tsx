import type { ReactNode } from "react";
import { cx } from "./cx";

/** A grey stand-in of the size of what will come. Give it its size with classes. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx("block animate-pulse-soft rounded-md bg-hover", className)} />;
}

/** Wraps skeletons so that assistive technology hears one sentence in place of grey boxes. */
export function Loading({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <div role="status" aria-busy="true" className={className}>
      <span className="sr-only">{label}</span>
      {children}
    </div>
  );
}
