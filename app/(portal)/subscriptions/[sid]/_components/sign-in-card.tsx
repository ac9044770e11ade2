"use client";

import { useState } from "react";
import { CalendarClock } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { asksLess } from "@/lib/core/sign-in-again";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Select } from "@/lib/ui/select";
import { useToast } from "@/lib/ui/toast";
import type { SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "./live-subscription";

const OFFERED = [1, 7, 14, 30, 90];

const every = (days: number): string => (days === 1 ? "every day" : `every ${days} days`);

/** How often members sign in for their machines to stay connected. Asking for more is a question; asking for less takes a proof. */
export function SignInCard() {
  const { id, signInDays, may } = useLiveSubscription();
  const put = usePutSubscription();
  const [typed, setTyped] = useState<number | null | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  if (!may.setPolicy) return null;
  const chosen = typed === undefined ? signInDays : typed;
  const days = [...new Set([...OFFERED, ...(signInDays === null ? [] : [signInDays])])].toSorted((one, other) => one - other);

  async function change(act: () => Promise<SubscriptionView | null>) {
    setPending(true);
    try {
      const changed = await act();
      if (changed) {
        put(changed);
        setTyped(undefined);
      }
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(false);
    }
  }

  const less = () =>
    approve({
      ask: () => api.askSignInChange(id, { days: chosen }),
      act: (proof) => api.setSignIn(id, { days: chosen, proof }),
      title: chosen === null ? "No longer ask for sign-ins?" : `Ask only ${every(chosen)}?`,
      words: { submit: chosen === null ? "No longer ask" : "Ask less often", pending: "Changing it…", tone: "danger" },
    });

  return (
    <Card aria-labelledby="sign-in-again" className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <CalendarClock aria-hidden="true" strokeWidth={1.5} className={signInDays === null ? "size-7 shrink-0 text-faint" : "size-7 shrink-0 text-good"} />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id="sign-in-again" className="text-lg font-semibold">
          Sign in again: {signInDays === null ? "never asked" : every(signInDays)}
        </h2>
        <p className="text-sm text-muted">
          {signInDays === null
            ? "Machines stay connected however long ago their owner signed in, also when that account is gone at your sign-in provider."
            : "Whose last sign-in is older can’t connect until they sign in again; then the same keys and addresses work. They are reminded by mail before."}
        </p>
      </div>
      <form
        className="flex w-full gap-2 sm:w-auto"
        onSubmit={(event) => {
          event.preventDefault();
          if (asksLess(chosen, signInDays)) void change(less);
          else setAsking(true);
        }}
      >
        <Select aria-label="Members sign in again" className="min-w-36 flex-1" value={chosen ?? "never"} onChange={({ currentTarget: { value } }) => setTyped(value === "never" ? null : Number(value))}>
          <option value="never">Never</option>
          {days.map((count) => (
            <option key={count} value={count}>
              {count === 1 ? "Every day" : `Every ${count} days`}
            </option>
          ))}
        </Select>
        <Button type="submit" pending={pending} disabled={chosen === signInDays}>
          Change
        </Button>
      </form>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={chosen === null ? "Never ask?" : `Ask members to sign in ${every(chosen)}?`}
        cancelLabel="Leave it"
        confirmLabel="Ask for it"
        confirmTone="primary"
        onConfirm={() => void change(() => api.setSignIn(id, { days: chosen }))}
      >
        <p>Whoever has not signed in for that long loses their machines’ connections here until they do. Nobody is cut off within the first three days, and everybody is reminded by mail before.</p>
        <p>Of accounts that sign in through a provider, only that counts. That goes for you too.</p>
      </AlertDialog>
      {dialog}
    </Card>
  );
}
