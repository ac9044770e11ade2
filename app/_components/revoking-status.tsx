import { GateGlyph } from "./gate-glyph";

/** Shown from the click until the portal has answered. */
export function RevokingStatus() {
  return (
    <span role="status" className="flex items-start gap-2 text-bad">
      <GateGlyph position="falling" className="mt-px size-4.5 shrink-0" />
      <span className="text-sm font-medium">Revoking…</span>
    </span>
  );
}
