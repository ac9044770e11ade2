"use client";

import { useEffect, useRef, type ReactNode } from "react";
import type { LucideIcon } from "lucide-react";
import { Card } from "@/lib/ui/card";

/** What a mailed link leads to, as one card. focus: it took the place of another one, and is read out. */
export function LinkPanel({ icon: Icon, title, focus = false, children }: { icon: LucideIcon; title: string; focus?: boolean; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <Card className="w-full max-w-md p-6 sm:p-8">
      <Icon aria-hidden="true" strokeWidth={1.5} className="mb-4 size-9 text-accent" />
      <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold wrap-anywhere outline-none">
        {title}
      </h1>
      <div className="mt-2 grid gap-3 text-muted">{children}</div>
    </Card>
  );
}
