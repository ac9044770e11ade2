"use client";

import { useState } from "react";
import { Copy } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import type { SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription } from "./live-subscription";

/** What happens to a client whose config two machines use. Suspending it is a question; being told and no more takes a proof. */
export function SharedConfigCard() {
  const subscription = useLiveSubscription();
  const [answered, setAnswered] = useState<SubscriptionView["sharedConfigPolicy"] | null>(null);
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  const { id, may, sharedConfigPolicy } = subscription;
  // What was just answered shows before the next event says it too.
  if (answered !== null && answered === sharedConfigPolicy) setAnswered(null);
  const suspends = (answered ?? sharedConfigPolicy) === "suspend";
  if (!may.setPolicy) return null;

  async function change(act: () => Promise<SubscriptionView | null>) {
    setPending(true);
    try {
      const changed = await act();
      if (changed) setAnswered(changed.sharedConfigPolicy);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(false);
    }
  }

  const warnOnly = () =>
    approve({
      ask: () => api.askSharedConfigChange(id),
      act: (proof) => api.setSharedConfig(id, { sharedConfig: "warn", proof }),
      title: "No longer suspend shared clients?",
      words: { submit: "Only warn", pending: "Changing it…", tone: "danger" },
    });

  return (
    <Card aria-labelledby="shared-config" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <Copy aria-hidden="true" strokeWidth={1.5} className={suspends ? "size-7 shrink-0 text-good" : "size-7 shrink-0 text-faint"} />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="shared-config" className="text-lg font-semibold">
          Two machines on one config: {suspends ? "suspend" : "warn"}
        </h2>
        <p className="text-sm text-muted">
          {suspends
            ? "A client whose config two machines use at the same time is suspended, and its owner, the owners and the admins are told."
            : "When two machines use one client’s config at the same time, its owner, the owners and the admins are told. It stays connected."}
        </p>
      </div>
      {suspends ? (
        <Button tone="danger-quiet" className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => void change(warnOnly)}>
          Only warn
        </Button>
      ) : (
        <Button className="w-full whitespace-nowrap sm:w-auto" pending={pending} onClick={() => setAsking(true)}>
          Suspend shared clients
        </Button>
      )}
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title="Suspend clients that are shared?"
        cancelLabel="Only warn"
        confirmLabel="Suspend shared clients"
        confirmTone="primary"
        onConfirm={() => void change(() => api.setSharedConfig(id, { sharedConfig: "suspend" }))}
      >
        <p>From now on a client whose config two machines use at the same time loses access until an owner or admin resumes it. Replacing its key first makes every copy of the old file worthless.</p>
      </AlertDialog>
      {dialog}
    </Card>
  );
}
