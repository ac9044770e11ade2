"use client";

import { useLinkStatus } from "next/link";

/** Inside a <Link>: a thin line across the top of the window while the page it leads to is on its way. */
export function LinkPending() {
  const { pending } = useLinkStatus();
  if (!pending) return null;
  return (
    <span aria-hidden="true" className="pointer-events-none fixed inset-x-0 top-0 z-50 block h-0.5 overflow-hidden bg-accent-soft">
      <span className="block h-full w-2/5 animate-progress rounded-full bg-accent" />
    </span>
  );
}
