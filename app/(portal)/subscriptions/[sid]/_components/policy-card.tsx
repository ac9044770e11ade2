"use client";

import { useState } from "react";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { useToast } from "@/lib/ui/toast";
import { useLiveSubscription } from "./live-subscription";

/** What the subscription asks of its members: two factors, or one. Asking for more is a question; asking for less takes a proof. */
export function PolicyCard() {
  const { id, name, twoFactorRequired, may } = useLiveSubscription();
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  if (!may.setPolicy) return null;

  async function change(act: () => Promise<unknown>) {
    setPending(true);
    try {
      // A whole new page: a session that has shown one factor is led to show another.
      if ((await act()) !== null) location.reload();
      else setPending(false);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
      setPending(false);
    }
  }

  const turnOff = () =>
    approve({
      ask: () => api.askPolicyChange(id),
      act: (proof) => api.setPolicy(id, { twoFactorRequired: false, proof }),
      title: "No longer require two factors?",
      words: { submit: "Turn it off", pending: "Turning it off…", tone: "danger" },
    });

  const Icon = twoFactorRequired ? ShieldCheck : ShieldOff;
  return (
    <Card aria-labelledby="policy" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <Icon aria-hidden="true" strokeWidth={1.5} className={twoFactorRequired ? "size-7 shrink-0 text-good" : "size-7 shrink-0 text-faint"} />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="policy" className="text-lg font-semibold">
          Two factors required: {twoFactorRequired ? "on" : "off"}
        </h2>
        <p className="text-sm text-muted">
          {twoFactorRequired
            ? "Whoever opens this subscription has shown a second factor, here or at their provider. Who has none is walked through setting one up."
            : "Whoever opens this subscription may have shown one factor only, such as a password at their provider."}
        </p>
      </div>
      {twoFactorRequired ? (
        <Button tone="danger-quiet" className="w-full sm:w-auto" pending={pending} onClick={() => void change(turnOff)}>
          Turn off
        </Button>
      ) : (
        <Button className="w-full sm:w-auto" pending={pending} onClick={() => setAsking(true)}>
          Require two factors
        </Button>
      )}
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Require two factors in ${name}?`}
        cancelLabel="Leave it"
        confirmLabel="Require two factors"
        confirmTone="primary"
        onConfirm={() => void change(() => api.setPolicy(id, { twoFactorRequired: true }))}
      >
        <p>From now on members, admins and owners get in only after they have shown a second factor: an authenticator app or a passkey here, or two factors at their provider. Who has none is walked through setting one up.</p>
        <p>That goes for you too, at once. Clients that are connected stay connected.</p>
      </AlertDialog>
      {dialog}
    </Card>
  );
}
