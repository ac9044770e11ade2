"use client";

import { useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { whenCut } from "@/app/_client/enforcement";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { useToast } from "@/lib/ui/toast";
import type { SystemView } from "@/lib/usecases/system-views";
import type { ClientView } from "@/lib/usecases/views";

interface RemoveSystemProps {
  subscriptionId: string;
  system: SystemView;
  gateway: ClientView["gateway"];
  onRemoved: (system: SystemView) => void;
}

/** Takes a system's access away: one click, one question, no code. */
export function RemoveSystem({ subscriptionId, system, gateway, onRemoved }: RemoveSystemProps) {
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const toast = useToast();

  async function remove() {
    setPending(true);
    try {
      onRemoved(await api.removeSystem(subscriptionId, system.id));
    } catch (problem) {
      const { message, undecided } = toApiError(problem);
      toast({ tone: "bad", title: undecided ? `${system.name} may still have access` : `${system.name} was not removed`, description: message });
    } finally {
      setPending(false);
    }
  }

  return (
    <>
      <Button tone="danger-quiet" size="sm" pending={pending} aria-label={`Remove ${system.name}`} onClick={() => setAsking(true)}>
        Remove
      </Button>
      <AlertDialog open={asking} onOpenChange={setAsking} title={`Remove ${system.name}?`} cancelLabel="Keep it" confirmLabel="Remove it" onConfirm={() => void remove()}>
        <p>
          <strong className="font-medium text-ink">{system.name}</strong> loses access {whenCut(gateway)}. This can’t be undone; to return, it asks again with a new key.
        </p>
      </AlertDialog>
    </>
  );
}
