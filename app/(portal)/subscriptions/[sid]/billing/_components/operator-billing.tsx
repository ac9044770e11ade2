"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { endOf } from "@/app/_client/end-choice";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { useClock } from "@/lib/ui/clock";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { useToast } from "@/lib/ui/toast";
import type { SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "../../_components/live-subscription";

/** For operators: billing by invoice. Activating takes a proof, since people get access; the others are a question. */
export function OperatorBilling() {
  const { id, name, billingState, billing } = useLiveSubscription();
  const put = usePutSubscription();
  const toast = useToast();
  const clock = useClock();
  const { approve, dialog } = useStepUp();
  const [date, setDate] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [asking, setAsking] = useState<"suspend" | "cancel" | null>(null);
  const [pending, setPending] = useState<"activate" | "suspend" | "cancel" | null>(null);
  if (billingState === "ended") return null;

  async function run(what: "activate" | "suspend" | "cancel", act: () => Promise<SubscriptionView | null>, done: string) {
    setPending(what);
    try {
      const answer = await act();
      if (answer !== null) {
        put(answer);
        toast({ tone: "good", title: done });
      }
    } catch (problem) {
      const error = toApiError(problem);
      if (error.facts.field === "until") setWrong(error.message);
      else toast({ tone: "bad", title: "That didn’t work", description: error.message });
    } finally {
      setPending(null);
    }
  }

  function activate() {
    const until = date === "" ? null : endOf({ kind: "date", date }, clock());
    if (until === "invalid") {
      setWrong("That day has passed. Choose a later one, or none.");
      return;
    }
    setWrong(null);
    const title = billing.givesAccess ? "Extend this subscription?" : "Activate this subscription?";
    void run("activate", () => approve({ ask: () => billingApi.askActivation(id, until), act: (proof) => billingApi.activate(id, until, proof), title, words: { submit: "Activate", pending: "Activating…" } }), "Activated");
  }

  return (
    <Card aria-labelledby="operate-title" className="mt-6">
      <CardHeader title="Billing by invoice" titleId="operate-title" description="For operators. What you do here is written in the customer’s own log, and mailed to them." />
      <form
        className="grid gap-4 px-4 py-5 sm:px-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          activate();
        }}
      >
        <div className="grid max-w-md items-end gap-3 sm:grid-cols-[1fr_auto]">
          <Field id="paid-until" label="Last day paid for" error={wrong} hint="Leave it empty for no end.">
            {(ids) => <Input {...ids} type="date" value={date} onChange={(event) => setDate(event.currentTarget.value)} />}
          </Field>
        </div>
        <div className="flex flex-wrap gap-3">
          <Button type="submit" tone="primary" pending={pending === "activate"} className="w-full sm:w-auto">
            {billing.givesAccess && billingState !== "trial" ? "Extend" : "Activate"}
          </Button>
          {billingState !== "suspended" && billingState !== "cancelled" && (
            <Button tone="danger-quiet" pending={pending === "suspend"} onClick={() => setAsking("suspend")} className="w-full sm:w-auto">
              Suspend
            </Button>
          )}
          {billingState !== "cancelled" && (
            <Button tone="danger-quiet" pending={pending === "cancel"} onClick={() => setAsking("cancel")} className="w-full sm:w-auto">
              Cancel at once
            </Button>
          )}
        </div>
      </form>
      <AlertDialog
        open={asking !== null}
        onOpenChange={(open) => !open && setAsking(null)}
        title={asking === "cancel" ? `Cancel ${name} at once?` : `Suspend ${name}?`}
        cancelLabel="Leave it"
        confirmLabel={asking === "cancel" ? "Cancel at once" : "Suspend"}
        onConfirm={() => (asking === "cancel" ? void run("cancel", () => billingApi.cancel(id, true), "Cancelled") : void run("suspend", () => billingApi.suspend(id), "Suspended"))}
      >
        <p>All of its clients are cut off. {asking === "cancel" ? `Everything is kept for ${billing.retentionDays} days, and then deleted.` : "They come back, with the same keys and addresses, when it is activated."}</p>
      </AlertDialog>
      {dialog}
    </Card>
  );
}
