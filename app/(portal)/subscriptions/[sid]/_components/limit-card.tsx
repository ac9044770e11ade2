"use client";

import { useId, useState } from "react";
import { CalendarClock, Laptop, type LucideIcon } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { HIGHEST_LIMIT, isTighter, type ClientLimit } from "@/lib/core/client-limits";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Dialog } from "@/lib/ui/dialog";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { useToast } from "@/lib/ui/toast";
import type { SubscriptionView } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "./live-subscription";

interface Words {
  Icon: LucideIcon;
  title: string;
  /** Within a sentence. */
  what: string;
  /** Of so many. */
  unit: (most: number) => string;
  set: (most: number) => string;
  unset: string;
  field: string;
  /** What happens to what is there. */
  stays: string;
}

const WORDS: Record<ClientLimit, Words> = {
  clientsPerMember: {
    Icon: Laptop,
    title: "Clients per member",
    what: "clients per member",
    unit: String,
    set: (most) => `Each member has ${most === 1 ? "one client" : `${most} clients`} at most, owners and admins too. Those that are suspended count.`,
    unset: "Each member adds as many clients as they like, within the plan.",
    field: "Clients that each member may have",
    stays: "Nothing is cut: whoever has more keeps them, and adds none until they have fewer.",
  },
  clientDays: {
    Icon: CalendarClock,
    title: "Longest lifetime of a client",
    what: "the lifetime of a client",
    unit: (most) => (most === 1 ? "1 day" : `${most} days`),
    set: (most) => `A client that is added or extended ends after ${most === 1 ? "a day" : `${most} days`} at the latest. It can be extended again.`,
    unset: "A client needs no end, or has any, within the plan.",
    field: "Days that a client gets at a time",
    stays: "Nothing is cut: clients that are there keep the end they have, or none, until somebody changes it.",
  },
};

/** A limit that the subscription sets for its members' clients. A lower one takes a click; a higher one, or none, a proof. */
export function LimitCard({ limit }: { limit: ClientLimit }) {
  const subscription = useLiveSubscription();
  const put = usePutSubscription();
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  const [titleId, fieldId] = [useId(), useId()];
  if (!subscription.may.setPolicy) return null;
  const { id, limits } = subscription;
  const now = limits[limit];
  const { Icon, title, what, unit, set, unset, field, stays } = WORDS[limit];

  async function change(most: number | null) {
    setTyped(null);
    if (most === now) return;
    setPending(true);
    try {
      const changed: SubscriptionView | null = isTighter(most, now)
        ? await api.setClientLimit(id, { limit, most })
        : await approve({
            ask: () => api.askClientLimit(id, { limit, most }),
            act: (proof) => api.setClientLimit(id, { limit, most, proof }),
            title: most === null ? "Lift this limit?" : "Raise this limit?",
            words: { submit: most === null ? "Lift it" : "Raise it", pending: "Changing it…", tone: "danger" },
          });
      if (changed) put(changed);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(false);
    }
  }

  function submit() {
    const most = Number(typed);
    if (!Number.isInteger(most) || most < 1 || most > HIGHEST_LIMIT[limit]) return setError(`A whole number from 1 to ${HIGHEST_LIMIT[limit]}.`);
    void change(most);
  }

  return (
    <Card aria-labelledby={titleId} className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:flex-nowrap sm:px-5">
      <Icon aria-hidden="true" strokeWidth={1.5} className={now === null ? "size-7 shrink-0 text-faint" : "size-7 shrink-0 text-good"} />
      <div className="min-w-0 flex-1 basis-56">
        <h2 id={titleId} className="text-lg font-semibold">
          {title}: {now === null ? "not limited" : unit(now)}
        </h2>
        <p className="text-sm text-muted">{now === null ? unset : set(now)}</p>
      </div>
      <Button
        className="w-full whitespace-nowrap sm:w-auto"
        pending={pending}
        onClick={() => {
          setError(null);
          setTyped(now === null ? "" : String(now));
        }}
      >
        {now === null ? "Set a limit" : "Change"}
        <span className="sr-only">
          {" "}
          {now === null ? "on" : "the limit on"} {what}
        </span>
      </Button>
      <Dialog open={typed !== null} onOpenChange={(open) => setTyped(open ? "" : null)} title={title} description={stays}>
        <form
          noValidate
          className="grid gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Field id={fieldId} label={field} error={error} hint={now === null ? undefined : "A lower number holds at once. A higher one takes a proof that it’s you."}>
            {(ids) => (
              <Input
                {...ids}
                type="number"
                inputMode="numeric"
                min={1}
                max={HIGHEST_LIMIT[limit]}
                step={1}
                value={typed ?? ""}
                onChange={(event) => {
                  setTyped(event.currentTarget.value);
                  setError(null);
                }}
              />
            )}
          </Field>
          <div className="grid gap-2 sm:flex sm:flex-row-reverse">
            <Button type="submit" tone="primary" disabled={(typed ?? "").trim() === ""}>
              Set the limit
            </Button>
            {now !== null && (
              <Button tone="danger-quiet" onClick={() => void change(null)}>
                No limit
              </Button>
            )}
          </div>
        </form>
      </Dialog>
      {dialog}
    </Card>
  );
}
