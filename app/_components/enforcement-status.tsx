"use client";

import { enforcementOf } from "@/app/_client/enforcement";
import { cx } from "@/lib/ui/cx";
import { SinceTime } from "@/lib/ui/relative-time";
import { formatDuration } from "@/lib/ui/time";
import type { ClientView } from "@/lib/usecases/views";
import { GateGlyph, type GatePosition } from "./gate-glyph";

/** What the gateway has made of the latest change to a client; announced when it changes. */
export function EnforcementStatus({ client, className }: { client: ClientView; className?: string }) {
  const standing = enforcementOf(client);
  const { position, tone } = LOOK[standing.kind];
  return (
    <span role="status" className={cx("flex items-start gap-2", tone, className)}>
      <GateGlyph position={position} className="mt-px size-4.5 shrink-0" />
      <span className="min-w-0 text-sm">
        {standing.kind === "live" && "Live at the gateway"}
        {standing.kind === "going_live" && "Going live…"}
        {standing.kind === "cutting" && <span className="font-medium">{client.state === "revoked" ? "Revoking…" : "Cutting off…"}</span>}
        {standing.kind === "cut" &&
          (standing.tookMs === null ? (
            "Cut at the gateway"
          ) : (
            <>
              Cut at the gateway in <span className="tabular font-medium">{formatDuration(standing.tookMs)}</span>
            </>
          ))}
        {standing.kind === "unconfirmed" && (
          <>
            <span className="font-medium">Not confirmed.</span> List {standing.cut ? "without" : "with"} it fetched <SinceTime iso={standing.fetchedAt} />, <span className="tabular">revision {standing.revision}</span>
          </>
        )}
        {standing.kind === "unfetched" && (
          <>
            <span className="font-medium">
              Waiting to be fetched since <SinceTime iso={standing.since} />
            </span>
            {standing.cut ? " — not cut yet" : " — not live yet"}
          </>
        )}
        {standing.kind === "waiting" && (
          <>
            <span className="font-medium">
              Waiting for gateway since <SinceTime iso={standing.since} />
            </span>
            {standing.cut ? " — not cut yet" : " — not live yet"}
          </>
        )}
      </span>
    </span>
  );
}

const LOOK: Record<ReturnType<typeof enforcementOf>["kind"], { position: GatePosition; tone: string }> = {
  live: { position: "open", tone: "text-good" },
  going_live: { position: "lifting", tone: "text-accent" },
  cutting: { position: "falling", tone: "text-bad" },
  cut: { position: "closed", tone: "text-muted" },
  waiting: { position: "stuck", tone: "text-warn" },
  unconfirmed: { position: "stuck", tone: "text-muted" },
  unfetched: { position: "stuck", tone: "text-warn" },
};
