import Link from "next/link";
import { BareShell } from "@/app/_components/shell-bare";
import { buttonClass } from "@/lib/ui/button";
import { GateGlyph } from "@/app/_components/gate-glyph";

export default function NotFound() {
  return (
    <BareShell>
      <div className="max-w-md text-center">
        <GateGlyph position="closed" className="mx-auto mb-5 size-12 text-faint" />
        <h1 className="text-2xl font-semibold">There is nothing here</h1>
        <p className="mt-2 text-muted">The page doesn’t exist, or it isn’t yours to see. If somebody sent you the link, ask them whether you were given access.</p>
        <Link href="/" className={buttonClass("primary", "md", "mt-6")}>
          To your subscriptions
        </Link>
      </div>
    </BareShell>
  );
}
