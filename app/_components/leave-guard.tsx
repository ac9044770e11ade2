"use client";

import { useEffect, useEffectEvent, useRef, useState, type ReactNode, type RefObject } from "react";
import { useRouter } from "next/navigation";
import { AlertDialog } from "@/lib/ui/alert-dialog";

interface LeaveGuardProps {
  /** While true, leaving the page asks first. */
  active: boolean;
  title: string;
  children: ReactNode;
  stayLabel: string;
  leaveLabel: string;
}

type Way = { kind: "link"; href: string } | { kind: "back" };

/**
 * Asks before a person leaves something that can't be brought back: on links, on the back button, and (in the browser's
 * own words) on reload and close. For the back button an entry for the same page is laid on top of the history: going
 * back takes that one off, and the page is still there to ask.
 */
export function LeaveGuard({ active, title, children, stayLabel, leaveLabel }: LeaveGuardProps) {
  const router = useRouter();
  const [way, setWay] = useState<Way | null>(null);
  /** Whether our own entry lies on top of the history. */
  const laid = useRef(false);
  const leaving = useRef(false);

  const onBack = useEffectEvent(() => {
    if (leaving.current || !laid.current) return;
    laid.current = false;
    if (active) setWay({ kind: "back" });
    else history.back();
  });

  useEffect(() => {
    const listener = () => onBack();
    window.addEventListener("popstate", listener);
    return () => window.removeEventListener("popstate", listener);
  }, []);

  useEffect(() => {
    if (!active) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const href = sameSiteHref(event);
      if (href === null) return;
      event.preventDefault();
      event.stopPropagation();
      setWay({ kind: "link", href });
    };
    lay(laid);
    window.addEventListener("beforeunload", onUnload);
    // Before React's own listeners, which sit below the document.
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [active]);

  function leave() {
    leaving.current = true;
    if (way?.kind === "link") router.push(way.href);
    else router.back();
  }

  function closed() {
    if (!leaving.current && way?.kind === "back") lay(laid);
    setWay(null);
  }

  return (
    <AlertDialog
      open={way !== null}
      onOpenChange={(open) => {
        if (!open) closed();
      }}
      title={title}
      cancelLabel={stayLabel}
      confirmLabel={leaveLabel}
      onConfirm={leave}
    >
      {children}
    </AlertDialog>
  );
}

function lay(laid: RefObject<boolean>): void {
  if (laid.current) return;
  history.pushState(history.state, "", location.href);
  laid.current = true;
}

/** Where a plain click on a link of this site would lead, unless it opens elsewhere or stays on the page. */
function sameSiteHref(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || link.hasAttribute("download")) return null;
  const url = new URL(link.href);
  if (url.origin !== location.origin) return null;
  if (url.pathname === location.pathname && url.hash !== "") return null;
  return url.pathname + url.search + url.hash;
}
