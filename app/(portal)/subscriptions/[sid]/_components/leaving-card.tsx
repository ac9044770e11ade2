"use client";

import { goneSteps } from "@/app/_client/enforcement-steps";
import { Card, CardHeader } from "@/lib/ui/card";
import { useZone } from "@/lib/ui/clock";
import { Notice } from "@/lib/ui/notice";
import { formatDuration, formatPreciseClock } from "@/lib/ui/time";
import { Timeline } from "@/lib/ui/timeline";
import { useLiveSubscription } from "./live-subscription";

/** The instance that was here before: how far its gateway is with taking it down. Until it confirms, nobody is told that it is gone. */
export function LeavingCard() {
  const { leaving, instance } = useLiveSubscription();
  const zone = useZone();
  if (!leaving) return null;
  const { name, enforcement, gateway } = leaving;
  const done = enforcement.status === "confirmed";
  const steps = goneSteps(leaving).map(({ at, took, ...step }) => ({ ...step, offset: took ?? undefined, time: at ? formatPreciseClock(Date.parse(at), zone) : undefined }));
  const where = instance ? `${name} on its gateway before, ${gateway.name}` : name;
  const heading = done ? `${name} was taken down` : gateway.fetched ? `${where}: nobody confirms that it is gone` : `${where} is being taken down`;
  return (
    <Card aria-labelledby="leaving-title" className="mb-6">
      <CardHeader
        title={heading}
        titleId="leaving-title"
        description={done && enforcement.tookMs !== null ? `Its gateway confirmed ${formatDuration(enforcement.tookMs)} after the request that nothing of it is left.` : "A connection that is open may stay open until its gateway has done this."}
      />
      <div className="px-4 py-5 sm:px-5">
        {!done && gateway.fetched === null && !gateway.online && (
          <Notice tone="warn" role="status" className="mb-5" title={`The gateway ${gateway.name} isn’t answering`}>
            It takes the instance down as soon as it is back, before anything else. To be sure now, block the instance’s UDP port in front of it.
          </Notice>
        )}
        <Timeline label="Steps of taking the instance down" steps={steps} stalled={!gateway.online} over={gateway.fetched !== null} />
      </div>
    </Card>
  );
}
