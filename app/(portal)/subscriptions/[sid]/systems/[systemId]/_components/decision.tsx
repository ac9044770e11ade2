"use client";

import { useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { RelativeTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { SystemView } from "@/lib/usecases/system-views";

interface DecisionProps {
  subscriptionId: string;
  instanceName: string;
  system: SystemView;
  onDecided: (system: SystemView) => void;
}

/** Letting in takes a proof for this one system; refusing takes a question. */
export function Decision({ subscriptionId, instanceName, system, onDecided }: DecisionProps) {
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState<"approve" | "refuse" | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();

  async function run(what: "approve" | "refuse", act: () => Promise<SystemView | null>) {
    setPending(what);
    try {
      const decided = await act();
      if (decided) onDecided(decided);
    } catch (problem) {
      toast({ tone: "bad", title: what === "approve" ? `${system.name} was not let in` : `${system.name} was not refused`, description: toApiError(problem).message });
    } finally {
      setPending(null);
    }
  }

  const letIn = () =>
    approve({
      ask: () => api.askApproval(subscriptionId, system.id),
      act: (proof) => api.approveSystem(subscriptionId, system.id, proof),
      title: `Let ${system.name} in?`,
      words: { submit: "Approve", pending: "Approving…" },
    });

  return (
    <div className="border-b border-line bg-accent-soft px-4 py-4 sm:px-5">
      <p>
        This system asks to join <strong className="font-medium">{instanceName}</strong>. Approve it only if you know it: the public key below must be the one that it shows.
      </p>
      <p className="mt-1 text-sm text-muted">
        The request ends <RelativeTime iso={system.expiresAt} /> if nobody decides.
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {system.may.approve && (
          <Button tone="primary" pending={pending === "approve"} onClick={() => void run("approve", letIn)}>
            Approve
          </Button>
        )}
        {system.may.refuse && (
          <Button tone="danger-quiet" pending={pending === "refuse"} onClick={() => setAsking(true)}>
            Refuse
          </Button>
        )}
      </div>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Refuse ${system.name}?`}
        cancelLabel="Not now"
        confirmLabel="Refuse it"
        onConfirm={() => void run("refuse", () => api.refuseSystem(subscriptionId, system.id))}
      >
        <p>It is told so, and this key never gets in. If nobody of yours set it up, make a new API key as well: whoever asked has the one you have now.</p>
      </AlertDialog>
      {dialog}
    </div>
  );
}
