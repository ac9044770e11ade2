"use client";

import { useState } from "react";
import { ArrowRightLeft, PowerOff } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import { useLiveSubscription, usePutSubscription } from "./live-subscription";
import { MoveDialog } from "./move-dialog";

/** What can be done with an instance as a whole: another gateway, or its end. */
export function InstanceWays() {
  const subscription = useLiveSubscription();
  const { instance, may } = subscription;
  if (!instance) return null;
  return (
    <>
      {may.moveInstance && instance.gateway.fetched === null && <Move />}
      {may.removeInstance && <TakeDown />}
    </>
  );
}

const clients = (count: number): string => (count === 1 ? "Its one client" : `Its ${count} clients`);

function Move() {
  const { instance } = useLiveSubscription();
  const [asking, setAsking] = useState(false);
  return (
    <Card aria-labelledby="move-title" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <ArrowRightLeft aria-hidden="true" strokeWidth={1.5} className="size-7 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="move-title" className="text-lg font-semibold">
          Move to another gateway
        </h2>
        <p className="text-sm text-muted">Networks, addresses and clients come along. The gateway’s key and endpoint can’t, so every machine needs a new file.</p>
      </div>
      <Button className="w-full whitespace-nowrap sm:w-auto" onClick={() => setAsking(true)}>
        Move
      </Button>
      {asking && instance && <MoveDialog onClose={() => setAsking(false)} />}
    </Card>
  );
}

function TakeDown() {
  const { id, instance, liveClients, liveSystems } = useLiveSubscription();
  const put = usePutSubscription();
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const toast = useToast();
  if (!instance) return null;

  async function takeDown() {
    setPending(true);
    try {
      put(await api.takeDown(id));
    } catch (problem) {
      toast({ tone: "bad", title: "It was not taken down", description: toApiError(problem).message });
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="take-down-title" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <PowerOff aria-hidden="true" strokeWidth={1.5} className="size-7 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="take-down-title" className="text-lg font-semibold">
          Take the instance down
        </h2>
        <p className="text-sm text-muted">Every client is revoked with it, for good. A new instance can be set up afterwards.</p>
      </div>
      <Button tone="danger-quiet" className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => setAsking(true)}>
        Take down
      </Button>
      <AlertDialog open={asking} onOpenChange={setAsking} title={`Take ${instance.name} down?`} cancelLabel="Keep it" confirmLabel="Take it down" onConfirm={() => void takeDown()}>
        <p>{liveClients === 0 ? "Nothing reaches it any more. It has no clients." : `${clients(liveClients)} ${liveClients === 1 ? "loses" : "lose"} access at once and for good: no file that anybody has will work again.`}</p>
        {liveSystems > 0 && <p>{liveSystems === 1 ? "Its one system is" : `Its ${liveSystems} systems are`} removed with it, and its API key stops working.</p>}
        <p>This can’t be undone. The page says when its gateway confirmed that everything is gone.</p>
      </AlertDialog>
    </Card>
  );
}
