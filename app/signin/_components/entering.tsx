import { GateGlyph } from "@/app/_components/gate-glyph";
import { StepHeading } from "./step-parts";

/** All was shown; the next page is on its way. */
export function Entering() {
  return (
    <div role="status" className="grid justify-items-center text-center">
      <GateGlyph position="lifting" className="mb-4 size-14 text-muted" />
      <StepHeading title="You’re in">One moment: the gate is going up.</StepHeading>
    </div>
  );
}
