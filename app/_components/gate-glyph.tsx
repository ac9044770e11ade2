import { cx } from "@/lib/ui/cx";

export type GatePosition = "open" | "closed" | "falling" | "lifting" | "stuck";

const GRATE: Record<GatePosition, string> = {
  open: "-translate-y-[62%]",
  closed: "",
  // Without motion, halfway says "moving" best.
  falling: "animate-gate-fall motion-reduce:-translate-y-[34%]",
  lifting: "animate-gate-lift motion-reduce:-translate-y-[34%]",
  stuck: "-translate-y-[34%]",
};

/**
 * A client's gate: raised while it may pass, down once it is cut, moving while the gateway is at it. Decorative; the
 * words beside it say the same. The inner <svg> clips the grate to the gateway's opening.
 */
export function GateGlyph({ position, className }: { position: GatePosition; className?: string }) {
  return (
    <svg viewBox="0 0 20 20" fill="none" aria-hidden="true" className={cx("size-5", className)}>
      <svg x="4" y="3" width="12" height="14.5" viewBox="0 0 12 14.5">
        <g className={cx("[transform-box:fill-box]", GRATE[position])}>
          <path d="M2 0v13.4M6 0v13.4M10 0v13.4M0 4h12M0 8.5h12" stroke="currentColor" strokeWidth="1.5" />
        </g>
      </svg>
      <path d="M2.75 17.75V9.25a7.25 7.25 0 0 1 14.5 0v8.5" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}
