import { encode } from "uqr";
import { modulesPath } from "./qr-path";

/**
 * A QR code as SVG, dark on white in either theme, since readers expect it so. The quiet zone of four modules is part
 * of the drawing. `label` says what it holds.
 */
export function QrCode({ text, label, className }: { text: string; label: string; className?: string }) {
  const { size, data } = encode(text, { ecc: "L", border: 4 });
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className={className}>
      <rect width={size} height={size} fill="#fff" />
      <path d={modulesPath(data)} fill="#000" />
    </svg>
  );
}
