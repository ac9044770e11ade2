import { cx } from "@/lib/ui/cx";

/** The product's mark: a raised portcullis in its gateway. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={cx("size-6", className)}>
      <path d="M3 21.5V11a9 9 0 0 1 18 0v10.5" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      <path d="M8 5.6v9M12 4.4v10.2M16 5.6v9M5 10h14" className="stroke-accent" strokeWidth="1.9" />
      <path d="M6.6 14.2h2.8L8 17.6ZM10.6 14.2h2.8L12 17.6ZM14.6 14.2h2.8L16 17.6Z" className="fill-accent" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2">
      <Mark />
      <span className="text-lg font-semibold tracking-tight">Portcullis</span>
    </span>
  );
}
