"use client";

import { useEffect, useRef, useState } from "react";
import Link from "next/link";
import { cx } from "@/lib/ui/cx";
import { LinkPending } from "@/lib/ui/link-pending";
import type { NavItem } from "./shell";

/** The pages of a place, in one row. Where they don't fit they scroll; the one that is open is in sight, and an edge that hides more fades. */
export function NavStrip({ nav }: { nav: NavItem[] }) {
  const strip = useRef<HTMLElement>(null);
  const [hidden, setHidden] = useState({ before: false, after: false });
  const here = nav.find(({ current }) => current)?.href;

  useEffect(() => {
    const element = strip.current;
    if (!element) return;
    const look = () => setHidden({ before: element.scrollLeft > 1, after: element.scrollLeft + element.clientWidth < element.scrollWidth - 1 });
    const current = [...element.querySelectorAll("a")].find((link) => link.getAttribute("href") === here);
    // The strip alone: the page stays where it is.
    if (current) element.scrollLeft = current.offsetLeft - (element.clientWidth - current.offsetWidth) / 2;
    look();
    element.addEventListener("scroll", look, { passive: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, [here]);

  return (
    <nav
      ref={strip}
      aria-label="Main"
      // All of it, and clear of the fading edge: browsers are content with a part.
      onFocus={(event) => event.target.scrollIntoView({ block: "nearest", inline: "nearest" })}
      className={cx(
        "no-scrollbar scroll-px-10 relative mx-auto -mb-px flex max-w-6xl overflow-x-auto px-2 sm:gap-1 sm:px-4",
        hidden.before && hidden.after ? "fade-both" : hidden.before ? "fade-before" : hidden.after && "fade-after",
      )}
    >
      {nav.map(({ href, label, current }) => (
        <Link
          key={href}
          href={href}
          aria-current={current ? "page" : undefined}
          className={cx(
            "shrink-0 border-b-2 px-2 pt-1.5 pb-2.5 font-medium transition-colors duration-100 focus-visible:-outline-offset-2 sm:px-2.5 pointer-coarse:pt-2.5 pointer-coarse:pb-3",
            current ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
          )}
        >
          {label}
          <LinkPending />
        </Link>
      ))}
    </nav>
  );
}
