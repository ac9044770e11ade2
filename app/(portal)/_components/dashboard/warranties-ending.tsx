import Link from "next/link";
import { CoverageBar } from "@/app/_components/coverage-bar";
import { buttonClass } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { LinkPending } from "@/lib/ui/link-pending";
import type { DashboardView } from "@/lib/usecases/dashboard-views";

const SHOWN = 4;

/** Devices whose warranty ends before long. Nothing when none does. */
export function WarrantiesEnding({ devices }: { devices: DashboardView["warranties"] }) {
  if (devices.length === 0) return null;
  return (
    <Card aria-labelledby="ending-title">
      <CardHeader
        titleId="ending-title"
        title="Warranties ending"
        actions={
          <Link href="/warranties" className={buttonClass("secondary", "sm")}>
            {devices.length > SHOWN ? "See all" : "See warranties"}
            <LinkPending />
          </Link>
        }
      />
      <ul className="grid gap-x-8 gap-y-5 px-4 py-4 sm:px-5 lg:grid-cols-2">
        {devices.slice(0, SHOWN).map((device) => (
          <li key={device.id} className="grid gap-1.5">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-medium wrap-anywhere">{device.model}</span>
              <span className="code-text text-muted wrap-anywhere">{device.serial}</span>
            </p>
            <CoverageBar device={device} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
