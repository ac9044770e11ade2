"use client";

import { useState } from "react";
import { Network } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Pill } from "@/lib/ui/pill";
import { formatDuration } from "@/lib/ui/time";
import { useToast } from "@/lib/ui/toast";
import type { SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "./live-subscription";

/** Whether machines reach one another. Keeping them apart is a question; letting them takes a proof; either is done when the gateway says so. */
export function PeersReachCard() {
  const { id, instance, may } = useLiveSubscription();
  const put = usePutSubscription();
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  if (!may.setPolicy || instance?.status !== "ready" || instance.gateway.fetched) return null;
  const { on, enforcement } = instance.peersReach;
  const waits = enforcement !== null && enforcement.status !== "confirmed";

  async function change(act: () => Promise<SubscriptionView | null>) {
    setPending(true);
    try {
      const changed = await act();
      if (changed) put(changed);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(false);
    }
  }

  const letThem = () =>
    approve({
      ask: () => api.askPeersReach(id),
      act: (proof) => api.setPeersReach(id, { peersReach: true, proof }),
      title: "Let machines reach one another?",
      words: { submit: "Let them", pending: "Changing it…", tone: "danger" },
    });

  return (
    <Card aria-labelledby="peers-reach" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <Network aria-hidden="true" strokeWidth={1.5} className={on ? "size-7 shrink-0 text-warn" : "size-7 shrink-0 text-good"} />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="peers-reach" className="text-lg font-semibold">
          Machines reach one another: {on ? "yes" : "no"}
        </h2>
        <p className="text-sm text-muted">{on ? "Every machine that is connected can open connections to every other one." : "Each machine reaches the instance, and no other machine."}</p>
        {waits && (
          <p className="mt-1.5" role="status">
            <Pill tone="warn">{instance.gateway.online ? "Being applied at the gateway" : on ? "Not in force yet: the gateway isn’t answering" : "Still in force: the gateway isn’t answering"}</Pill>
          </p>
        )}
        {!waits && on && enforcement?.tookMs != null && <p className="mt-1 text-xs text-faint">Confirmed by the gateway after {formatDuration(enforcement.tookMs)}.</p>}
      </div>
      {on ? (
        <Button className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => setAsking(true)}>
          Keep them apart
        </Button>
      ) : (
        <Button tone="danger-quiet" className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => void change(letThem)}>
          Let them
        </Button>
      )}
      <AlertDialog open={asking} onOpenChange={setAsking} title="Keep machines apart?" cancelLabel="Leave it" confirmLabel="Keep them apart" confirmTone="primary" onConfirm={() => void change(() => api.setPeersReach(id, { peersReach: false }))}>
        <p>Connections between machines end at once, as soon as the gateway has done it. Each machine still reaches the instance.</p>
      </AlertDialog>
      {dialog}
    </Card>
  );
}
