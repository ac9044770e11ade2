"use client";

import { useState } from "react";
import { useRouter } from "next/navigation";
import { toApiError } from "@/app/_client/api-error";
import { memberApi } from "@/app/_client/member-api";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Pill } from "@/lib/ui/pill";
import { DateTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { MemberCutView, MemberView } from "@/lib/usecases/members-view";

interface MemberRowProps {
  subscription: { id: string; name: string };
  member: MemberView;
  /** Clients that each may have; null: any number. */
  most: number | null;
  mayLeave: boolean;
  onChanged: () => Promise<void>;
  onCut: (cut: MemberCutView) => Promise<void>;
}

type Taking = "remove" | "demote" | "leave";

const count = (clients: number): string => (clients === 1 ? "1 client" : `${clients} clients`);

export function MemberRow({ subscription, member, most, mayLeave, onChanged, onCut }: MemberRowProps) {
  const { userId, email, name, role, since, me, deactivated, suspended, lapsed, clients, may } = member;
  const [asking, setAsking] = useState<Taking | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const { approve, dialog } = useStepUp();
  const router = useRouter();
  const toast = useToast();

  async function take(how: Taking) {
    setPending(how);
    try {
      const cut = await (how === "demote" ? memberApi.demote(subscription.id, userId) : memberApi.remove(subscription.id, userId));
      if (how === "leave") {
        toast({ tone: "good", title: `You left ${subscription.name}` });
        router.push("/?all=1");
        return;
      }
      toast({ tone: "good", title: how === "remove" ? `${email} is removed` : `${email} is a plain member now` });
      await onCut(cut);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
      await onChanged();
    } finally {
      setPending(null);
    }
  }

  async function give(what: "promote" | "offer") {
    setPending(what);
    const promoting = what === "promote";
    try {
      const done = await approve({
        ask: () => (promoting ? memberApi.askPromotion(subscription.id, userId) : memberApi.askOffer(subscription.id, userId)),
        act: async (proof) => {
          await (promoting ? memberApi.promote(subscription.id, userId, proof) : memberApi.offer(subscription.id, userId, proof));
          return true;
        },
        title: promoting ? "Make them an admin?" : "Hand the subscription over?",
        words: promoting ? { submit: "Make admin", pending: "Making them an admin…" } : { submit: "Offer it", pending: "Offering it…" },
        rejectOn: ({ code }) => code === "not_found" || code === "member_exists" || code === "ownership_offered",
      });
      if (done === null) return;
      toast(promoting ? { tone: "good", title: `${email} is an admin now` } : { tone: "good", title: `${subscription.name} is offered to ${email}`, description: "We mailed them. It stays yours until they accept." });
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      await onChanged();
      setPending(null);
    }
  }

  return (
    <li aria-label={email} className="grid gap-3 px-4 py-4 sm:flex sm:items-center sm:justify-between sm:px-5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 font-medium wrap-anywhere">{email}</span>
          <Pill tone={role === "member" ? "neutral" : "accent"}>{role}</Pill>
          {me && <Pill>you</Pill>}
          {deactivated && <Pill tone="warn">turned off</Pill>}
          {suspended && <Pill tone="warn">off by directory</Pill>}
          {lapsed && <Pill tone="warn">has to sign in</Pill>}
        </p>
        <p className="mt-0.5 text-sm wrap-anywhere text-muted">
          {name !== "" && name !== email && <>{name} · </>}since <DateTime iso={since} />
          {clients !== null && <> · {most !== null ? `${clients} of ${count(most)}` : clients === 0 ? "no client" : count(clients)}</>}
        </p>
      </div>
      <div className="flex flex-wrap gap-2 empty:hidden sm:shrink-0 sm:justify-end">
        {may.promote && (
          <Button size="sm" pending={pending === "promote"} disabled={pending !== null} onClick={() => void give("promote")}>
            Make admin<span className="sr-only"> of {email}</span>
          </Button>
        )}
        {may.offerOwnership && (
          <Button size="sm" pending={pending === "offer"} disabled={pending !== null} onClick={() => void give("offer")}>
            Hand over<span className="sr-only"> to {email}</span>
          </Button>
        )}
        {may.demote && (
          <Button size="sm" tone="danger-quiet" pending={pending === "demote"} disabled={pending !== null} onClick={() => setAsking("demote")}>
            Make plain member<span className="sr-only"> of {email}</span>
          </Button>
        )}
        {may.remove && (
          <Button size="sm" tone="danger-quiet" pending={pending === "remove"} disabled={pending !== null} onClick={() => setAsking("remove")}>
            Remove<span className="sr-only"> {email}</span>
          </Button>
        )}
        {mayLeave && (
          <Button size="sm" tone="danger-quiet" pending={pending === "leave"} disabled={pending !== null} onClick={() => setAsking("leave")}>
            Leave
          </Button>
        )}
      </div>
      <AlertDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        title={asking === "leave" ? `Leave ${subscription.name}?` : asking === "demote" ? `Make ${email} a plain member?` : `Remove ${email}?`}
        cancelLabel={asking === "leave" ? "Stay" : "Keep as it is"}
        confirmLabel={asking === "leave" ? "Leave" : asking === "demote" ? "Make plain member" : "Remove"}
        onConfirm={() => {
          if (asking) void take(asking);
        }}
      >
        <p>{clients === null || clients === 0 ? "No client is cut." : <strong className="font-medium text-ink">{count(clients)} will be cut, for good.</strong>} {asking === "demote" ? "They stay, and can add clients for their machines anew." : asking === "leave" ? "To come back, you have to be invited again." : "To come back, they have to be invited again."}</p>
      </AlertDialog>
      {dialog}
    </li>
  );
}
